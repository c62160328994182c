"""Wheels for hosts that reach no index, of a real index on this machine, by the real uv and pip."""

from __future__ import annotations

import functools
import hashlib
import io
import tarfile
import threading
import zipfile
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from deploytasks.agent.engine.plan import Plan, Step
from deploytasks.agent.python.python_venv import PythonVenv
from deploytasks.agent.python.uv import Uv
from deploytasks.agent.release.facts import Facts
from deploytasks.delivery.wheelhouse import with_wheels
from deploytasks.errors import PlanError

BULLSEYE = Facts(version="11", python="3.9.2", libc="glibc 2.31")


def wheel_in(directory, name, tags="py3-none-any", requires=()):
    """The place of a wheel of version 1.0 of *name*."""
    place = directory / f"{name}-1.0-{tags}.whl"
    metadata = [f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0"]
    metadata += [f"Requires-Dist: {requirement}" for requirement in requires]
    with zipfile.ZipFile(place, "w") as wheel:
        info = f"{name}-1.0.dist-info"
        wheel.writestr(f"{info}/METADATA", "\n".join(metadata) + "\n")
        wheel.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tags}\n")
        wheel.writestr(f"{info}/RECORD", "")
    return place


class Listing(SimpleHTTPRequestHandler):
    """Lists a directory's files as links, which is what an index does (PEP 503), and remembers who asked for what."""

    def __init__(self, *args, asked, **more):
        self.asked = asked
        super().__init__(*args, **more)

    def log_message(self, *_):
        self.asked.append(self.path)


class Index:
    """A package index that serves the directory *place*."""

    def __init__(self, place):
        self.place = place
        self.asked = []
        handler = functools.partial(Listing, directory=place, asked=self.asked)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/simple"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def add(self, name, tags="py3-none-any", requires=()):
        """A wheel of version 1.0 of *name*, which it gives from then on."""
        directory = self.place / "simple" / name
        directory.mkdir(parents=True, exist_ok=True)
        return wheel_in(directory, name, tags, requires)

    def end(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def index(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "UV_INDEX", "UV_FIND_LINKS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("UV_NO_CONFIG", "1")
    served = Index(tmp_path / "index")
    yield served
    served.end()


def wheels_of(index, text, facts=BULLSEYE, own=None, **more):
    """The names of the wheels that *text*, a requirements.txt, comes to, with those of its *own* by digest."""
    venv = PythonVenv(
        "/srv/v", (("requirements.txt", text),), uv="/uv", index_url=index.url, wheelhouse=True, **more
    )
    plan, files = with_wheels(Plan((Step("install", venv),)), facts, own)
    (step,) = plan.steps
    assert {digest: path.name for digest, path in files.items()} == {
        digest: name for name, digest in step.resource.wheels
    }
    return [name for name, _ in step.resource.wheels]


def test_what_the_hosts_python_needs_and_no_more(index):
    index.add("alpha", requires=["beta; python_version < '3.10'", "gamma; python_version >= '3.10'"])
    for name in ("beta", "gamma", "server"):
        index.add(name)
    names = wheels_of(index, "alpha\ngamma; python_version >= '3.10'\n", extra=("server",))
    assert names == ["alpha-1.0-py3-none-any.whl", "beta-1.0-py3-none-any.whl", "server-1.0-py3-none-any.whl"]


def test_a_built_wheel_is_one_that_runs_there(index):
    for tags in (
        "cp39-cp39-manylinux_2_34_x86_64",
        "cp39-cp39-manylinux_2_28_x86_64",
        "cp311-cp311-manylinux_2_17_x86_64",
    ):
        index.add("delta", tags)
    assert wheels_of(index, "delta\n") == ["delta-1.0-cp39-cp39-manylinux_2_28_x86_64.whl"]
    newer = Facts(python="3.11.2", libc="glibc 2.36")
    assert wheels_of(index, "delta\n", newer) == ["delta-1.0-cp311-cp311-manylinux_2_17_x86_64.whl"]


@pytest.mark.parametrize("architecture", ["x86_64", "aarch64"])
def test_wheels_are_for_the_hosts_machine_whatever_this_one_is(index, architecture):
    for machine, alone in (("x86_64", "intel"), ("aarch64", "arm")):
        for tags in (f"cp39-cp39-manylinux2014_{machine}", "cp39-cp39-macosx_11_0_arm64"):
            index.add("delta", tags)
        index.add(alone, f"cp39-abi3-manylinux_2_17_{machine}.manylinux2014_{machine}")
        index.add("uv", f"py3-none-manylinux_2_17_{machine}")
    facts = Facts(python="3.9.2", libc="glibc 2.31", architecture=architecture)
    text = "delta\nintel; platform_machine == 'x86_64'\narm; platform_machine == 'aarch64'\n"
    tags = [name.rpartition("-")[2] for name in wheels_of(index, text, facts)]
    assert len(tags) == 2
    assert all(tag.endswith(f"{architecture}.whl") for tag in tags)
    uv = Uv("1.0", index_url=index.url, wheelhouse=True)
    _, files = with_wheels(Plan((Step("install uv", uv),)), facts)
    assert [place.name for place in files.values()] == [f"uv-1.0-py3-none-manylinux_2_17_{architecture}.whl"]


@pytest.mark.bad_input(57)
def test_a_package_without_a_wheel_for_the_host_is_told(index):
    index.add("delta", "cp311-cp311-manylinux_2_34_x86_64")
    with pytest.raises(PlanError, match="delta.* has no wheel|could not be resolved"):
        wheels_of(index, "delta\n")


def test_the_next_host_of_the_kind_asks_nobody(index):
    index.add("alpha")
    names = wheels_of(index, "alpha\n")
    index.end()
    assert wheels_of(index, "alpha\n") == names


def test_no_interpreter_is_brought_here(index, monkeypatch):
    """The host's Python may be one that this machine has not, and its wheels are wanted without it."""
    monkeypatch.setenv("UV_PYTHON_INSTALL_MIRROR", index.url.replace("simple", "pythons"))
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(index.place / "installed"))
    index.add("alpha")
    assert wheels_of(index, "alpha\n", Facts(python="3.14.0", libc="glibc 2.31"))
    assert {path.split("/")[1] for path in index.asked} == {"simple"}


def test_what_is_built_here_comes_along_with_what_it_needs(index, tmp_path):
    index.add("alpha")
    place = wheel_in(tmp_path, "own", requires=["alpha"])
    own = {"wheels": ((place.name, "d"),), "own": {"d": place}}
    for text in (
        f"own @ file:wheels/{place.name} ; os_name == 'posix'  # 12\n",
        "--find-links wheels  # 1\nown\n",
    ):
        assert wheels_of(index, text, **own) == ["alpha-1.0-py3-none-any.whl", place.name]


def test_several_indexes_are_asked(index, tmp_path):
    other = Index(tmp_path / "other")
    other.add("beta")
    index.add("alpha", requires=["beta"])
    names = wheels_of(index, "alpha\n", extra_index_urls=(other.url,))
    other.end()
    assert names == ["alpha-1.0-py3-none-any.whl", "beta-1.0-py3-none-any.whl"]


def test_a_wheel_with_another_content_than_its_hash_is_refused_here(index):
    wheel = index.add("alpha")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    assert wheels_of(index, f"alpha==1.0 --hash=sha256:{digest}\n", hash_checked=True)
    with pytest.raises(PlanError, match="alpha-1.0-py3-none-any.whl is none of the files whose hashes"):
        wheels_of(index, f"alpha==1.0 --hash=sha256:{'0' * 64}\n", hash_checked=True)


SDIST = {
    "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
    "PKG-INFO": "Metadata-Version: 2.1\nName: alpha\nVersion: 1.0\n",
    "backend.py": """\
import os
import zipfile


def build_wheel(directory, settings=None, metadata=None):
    with zipfile.ZipFile(os.path.join(directory, "alpha-1.0-py3-none-any.whl"), "w") as wheel:
        wheel.writestr("alpha-1.0.dist-info/METADATA", open("PKG-INFO").read())
        wheel.writestr("alpha-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("alpha-1.0.dist-info/RECORD", "")
    return "alpha-1.0-py3-none-any.whl"
""",
}


def test_what_has_no_wheel_is_built_here_where_that_suits_any_machine(index):
    directory = index.place / "simple" / "alpha"
    directory.mkdir(parents=True)
    with tarfile.open(directory / "alpha-1.0.tar.gz", "w:gz") as archive:
        for name, text in SDIST.items():
            entry = tarfile.TarInfo(f"alpha-1.0/{name}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    assert wheels_of(index, "alpha\n") == ["alpha-1.0-py3-none-any.whl"]


def test_uv_itself_comes_along(index):
    index.add("uv", "py3-none-manylinux_2_17_x86_64")
    uv = Uv("1.0", index_url=index.url, wheelhouse=True)
    plan, files = with_wheels(Plan((Step("install uv", uv),)), BULLSEYE)
    assert files[plan.steps[0].resource.wheel].name == "uv-1.0-py3-none-manylinux_2_17_x86_64.whl"


def test_a_plan_without_a_wheelhouse_stays_as_it_is():
    plan = Plan((Step("install uv", Uv("1.0")),))
    assert with_wheels(plan, BULLSEYE) == (plan, {})


@pytest.mark.parametrize(
    ("more", "facts", "why"),
    [
        ({"form": "pylock"}, BULLSEYE, "pylock.toml"),
        ({}, Facts(libc="musl 1.2"), "wants a host with glibc"),
        ({}, BULLSEYE, "could not be resolved"),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_touched(index, more, facts, why):
    with pytest.raises(PlanError, match=why):
        wheels_of(index, "nosuch\n", facts, **more)


def test_a_password_of_the_index_is_not_told(index):
    index.url = index.url.replace("http://", "http://ann:s3cret@")
    for text in ("nosuch\n", f"alpha @ {index.url}/alpha-1.0-py3-none-any.whl\n"):
        with pytest.raises(PlanError) as caught:
            wheels_of(index, text)
        assert "s3cret" not in str(caught.value)
