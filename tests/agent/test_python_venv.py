"""Virtual environments: built whole or not at all, by uv or by pip."""

from __future__ import annotations

import dataclasses

import pytest

from deploytasks.agent.disk.digest import digest_of
from deploytasks.agent.engine.engine import Engine
from deploytasks.agent.engine.journal import Journal
from deploytasks.agent.engine.plan import Plan, Step
from deploytasks.agent.engine.resource import Change
from deploytasks.agent.errors import StepError
from deploytasks.agent.python.python_venv import PythonVenv

FLASK = (("requirements.txt", "flask\n"),)
LOCK = (("uv.lock", "version = 1\n"), ("pyproject.toml", "[project]\n"))


@pytest.fixture
def venv(host):
    """A virtual environment to be built by uv, with changes."""
    wanted = PythonVenv("/srv/venv", FLASK, uv="/usr/bin/uv", index_url=host.serve_index())
    return lambda **changes: dataclasses.replace(wanted, **changes)


def build(host, venv):
    machine = host.machine
    venv.apply(machine, Change(venv.inspect(machine), venv.desired()))
    calls = [call.replace(str(host.root), "") for call in host.calls]
    return [call for call in calls if call.startswith(("uv ", "python "))]


def test_uv_installs_files_and_extras_in_one_resolution_and_compiles(host, venv):
    _, install = build(host, venv(extra=("gunicorn==23.0.0", "gevent")))
    assert "compile" not in install
    assert install.endswith("-r /srv/.venv.deploytasks-new/requirements.txt gunicorn==23.0.0 gevent")
    assert host.path("/srv/venv/lib/installed").read_text() == "flask\n"


def test_extras_of_hash_checked_requirements_are_installed_afterwards(host, venv):
    _, first, second = build(host, venv(hash_checked=True, extra=("gunicorn",)))
    assert first.endswith("--require-hashes -r /srv/.venv.deploytasks-new/requirements.txt")
    assert second.endswith("python gunicorn")


def test_a_uv_lock_is_exported_and_what_it_pins_installed(host, venv):
    _, export, install = build(host, venv(requirements=LOCK, form="uv", extra=("gunicorn",)))
    assert " export --quiet --frozen --no-dev --no-emit-project " in export
    assert install.endswith("-r /srv/.venv.deploytasks-new/exported.txt gunicorn")


def test_a_uv_lock_names_its_own_indexes_unless_a_mirror_is_given(host, venv):
    assert "--emit-index-url" not in build(host, venv(requirements=LOCK, form="uv"))[1]
    (host.home / "calls").unlink()
    own = LOCK[0], ("pyproject.toml", "[[tool.uv.index]]\n")
    assert "--emit-index-url" in build(host, venv(requirements=own, form="uv", index_url=""))[1]


def test_a_pylock_is_installed_before_the_extras(host, venv):
    _, first, second = build(
        host, venv(requirements=(("pylock.toml", ""),), form="pylock", extra=("gunicorn",))
    )
    assert first.endswith("-r /srv/.venv.deploytasks-new/pylock.toml")
    assert second.endswith(" gunicorn")


def test_pip_installs_into_the_environment_that_it_is_in(host, venv):
    (install,) = build(host, venv(installer="pip", extra=("gunicorn",)))
    assert install.startswith("python -m pip install ")
    assert install.endswith("-r /srv/.venv.deploytasks-new/requirements.txt gunicorn")


def test_a_wheelhouse_asks_no_index(host, venv):
    wheels = venv(wheelhouse=True, index_url="http://127.0.0.1:9/simple")
    assert " --no-index --find-links /srv/.venv.deploytasks-new/wheels " in build(host, wheels)[1]


def test_the_wheels_come_along_unless_the_environment_is_there(host, venv):
    digest = digest_of(b"a wheel")
    with_wheels = venv(wheelhouse=True, wheels=(("flask-3.0-py3-none-any.whl", digest),))
    assert with_wheels.lacks(host.machine) == (digest,)
    with pytest.raises(StepError, match=r"the wheel flask-3\.0-py3-none-any\.whl did not arrive"):
        build(host, with_wheels)
    host.machine.blobs.receive(digest, [b"a wheel"])
    assert with_wheels.lacks(host.machine) == ()
    build(host, with_wheels)
    host.machine.blobs.forget()
    assert with_wheels.lacks(host.machine) == ()


def test_what_was_built_elsewhere_is_installed_by_its_file_and_digest(host, venv):
    digest = digest_of(b"a wheel")
    host.machine.blobs.receive(digest, [b"a wheel"])
    text = "lib[x] @ file:wheels/lib-1-py3-none-any.whl ; os_name == 'posix'  # of a commit\nflask\n"
    wanted = venv(requirements=(("requirements.txt", text),), wheels=(("lib-1-py3-none-any.whl", digest),))
    file = f"lib[x] @ file://{host.root}/srv/.venv.deploytasks-new/wheels/lib-1-py3-none-any.whl ; os_name == 'posix'"
    build(host, wanted)
    installed = host.path("/srv/venv/lib/installed")
    assert installed.read_text() == f"{file}  # of a commit\nflask\n"
    build(host, dataclasses.replace(wanted, hash_checked=True))
    assert installed.read_text() == f"{file} --hash=sha256:{digest}  # of a commit\nflask\n"


def test_the_address_of_the_index_is_in_no_argument(host, venv):
    address = host.serve_index().replace("http://", "http://ann:secret@")
    assert "secret" not in "\n".join(build(host, venv(index_url=address)))


def test_nothing_stays_of_a_build_that_failed(host, venv):
    before = host.snapshot()
    host.fail("uv-pip", "\n".join("line %d" % number for number in range(30)))
    with pytest.raises(StepError, match="uv could not install the requirements") as caught:
        build(host, venv())
    assert caught.value.output.splitlines() == ["line %d" % number for number in range(10, 30)]
    assert host.snapshot() == before


def test_what_a_killed_build_left_is_built_anew(host, venv):
    host.write("/srv/venv/bin/half", "")
    host.write("/srv/.venv.deploytasks-new/requirements.txt", "stale\n")
    build(host, venv())
    assert not host.path("/srv/venv/bin/half").exists()
    assert not host.path("/srv/.venv.deploytasks-new").exists()


def test_a_build_without_its_marker_does_not_count(host, venv):
    build(host, venv())
    host.path("/srv/venv/.complete").unlink()
    assert venv().inspect(host.machine) == {"complete": ""}


def test_an_environment_whose_python_is_gone_does_not_count(host, venv):
    build(host, venv())
    host.path("/srv/venv/bin/python").unlink()
    host.link("/srv/venv/bin/python", "/usr/bin/python3.2")
    assert venv().inspect(host.machine) == {"complete": ""}


def test_an_environment_of_another_minor_version_does_not_count(host, venv):
    build(host, venv())
    host.path("/srv/venv/bin/python").unlink()
    host.write("/usr/bin/python3.99", "")
    host.link("/srv/venv/bin/python", "../../../usr/bin/python3.99")
    assert venv().inspect(host.machine) == {"complete": ""}
    host.path("/srv/venv/lib/python3.99").mkdir()
    assert venv().inspect(host.machine) == venv().desired()


def test_a_directory_that_is_no_environment_is_not_removed(host, venv):
    host.write("/srv/venv/precious", "")
    with pytest.raises(StepError, match="/srv/venv is there and is no virtual environment; move it away"):
        build(host, venv())
    with pytest.raises(StepError, match="move it away"):
        venv().apply(host.machine, Change(None, None))
    assert host.path("/srv/venv/precious").exists()


def test_another_environment_at_the_path_is_replaced_and_not_brought_back(host, venv):
    build(host, venv())
    before = venv().inspect(host.machine)
    other = venv(extra=("gevent",))
    build(host, other)
    with pytest.raises(StepError, match="what it held before is gone"):
        other.apply(host.machine, Change(other.desired(), before))


def test_an_index_that_does_not_answer_is_the_cause_and_is_told_before_anything_is_built(host, venv):
    dead = venv(index_url="http://ann:secret@127.0.0.1:9/simple")
    with pytest.raises(StepError) as caught:
        build(host, dead)
    assert caught.value.reason == (
        "package index unreachable from this host: http://127.0.0.1:9/simple: Connection refused"
    )
    assert host.calls == []


def test_an_index_that_the_requirements_name_is_the_one_that_has_to_answer(host, venv):
    own = (("requirements.txt", "--index-url http://127.0.0.1:9/simple\nflask\n"),)
    with pytest.raises(StepError, match="unreachable from this host: http://127.0.0.1:9/simple"):
        build(host, venv(requirements=own, index_url=""))


def test_a_python_that_is_not_there_is_told_with_those_that_are(host, venv):
    with pytest.raises(StepError, match=r"this host has no python3\.99; it has .*python3"):
        build(host, venv(python="3.99"))


@pytest.mark.parametrize(
    "said",
    ["because ensurepip is not\navailable.  On Debian", "No module named ensurepip"],
    ids=["wrapped", "plain"],
)
def test_pip_without_debians_venv_package_says_so(host, venv, said):
    host.fail("python3", said)
    with pytest.raises(StepError, match="python3-venv"):
        build(host, venv(installer="pip"))


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"form": "poetry"}, "expected one of requirements, uv, pylock"),
        ({"installer": "conda"}, "expected one of uv, pip"),
        ({"installer": "pip", "form": "uv"}, "pip cannot read the form uv"),
        ({"uv": ""}, "wants uv="),
        ({"requirements": (("../x", ""),)}, "inside the app's directory"),
        ({"requirements": (("/etc/passwd", ""),)}, "inside the app's directory"),
    ],
)
def test_a_contradiction_is_refused(venv, changes, complaint):
    with pytest.raises(ValueError, match=complaint):
        venv(**changes)


def test_the_digest_is_of_the_content_wherever_it_comes_from(venv):
    assert (
        venv().digest == venv(path="/x", index_url="http://mirror/", uv="/opt/uv", ca_bundle="/x.pem").digest
    )
    different = [{"extra": ("gevent",)}, {"python": "3.12"}, {"requirements": (("requirements.txt", "x"),)}]
    assert len({venv(**changes).digest for changes in [{}, *different]}) == 4


def test_more_authorities_are_trusted_besides_the_systems(host, venv):
    host.write("/etc/ssl/certs/ca-certificates.crt", "SYSTEM\n")
    host.write("/etc/corp.pem", "CORP\n")
    seen = host.path("/seen")
    host.write(
        "/usr/bin/spy",
        '#!/bin/sh\ncat $SSL_CERT_FILE > %s\nexec %s/usr/bin/uv "$@"\n' % (seen, host.root),
        0o755,
    )
    build(host, venv(uv="/usr/bin/spy", ca_bundle="/etc/corp.pem", index_url="", wheelhouse="/srv"))
    assert seen.read_text().split() == ["SYSTEM", "CORP"]


def test_a_deploy_that_fails_later_leaves_no_environment(host, venv):
    later = Step("fail", PythonVenv("/nowhere/venv", FLASK, uv="/usr/bin/uv", wheelhouse="/srv"))
    engine = Engine(host.machine, Journal(str(host.home / "journal")), lambda event: None)
    before = host.snapshot()
    assert engine.carry_out(Plan((Step("install", venv()), later))).put_back
    assert host.snapshot() == before


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_it_keeps_no_lock_that_everybody_may_write(host, venv, installer):
    build(host, venv(installer=installer))
    assert not host.path("/srv/venv/.lock").exists()
