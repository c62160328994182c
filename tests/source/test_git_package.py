"""Packages in git are fetched and built here, with what whoever runs this may read."""

from __future__ import annotations

import base64
import functools
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from deploytasks.errors import SourceError
from deploytasks.planning.own_wheels import with_own_wheels
from deploytasks.source.requirements.lockfile import find_requirements

Write = Callable[[Mapping[str, str]], Path]
BUILT_BY_ITSELF = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "lib"
version = "1"
"""
BACKEND = """\
import os
import zipfile


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    version, tag = [open(name).read() for name in ("version", "tag")]
    info, name = f"lib-{version}.dist-info", f"lib-{version}-{tag}.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, name), "w") as wheel:
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: lib\\nVersion: {version}\\n")
        wheel.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: {tag}\\n")
        wheel.writestr(f"{info}/RECORD", "")
    return name
"""


class Repository:
    """A package's repository; each commit is a version of it."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.url = f"file://{place}"
        place.mkdir()
        self.git("init", "--quiet", "--initial-branch", "main")

    def commit(self, version: str, tag: str = "py3-none-any", below: str = ".") -> str:
        """The name of a new commit."""
        directory = self.place / below
        directory.mkdir(exist_ok=True)
        files = {"pyproject.toml": BUILT_BY_ITSELF, "backend.py": BACKEND, "version": version, "tag": tag}
        for name, text in files.items():
            (directory / name).write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", version)
        return self.git("rev-parse", "HEAD").strip()

    def git(self, *words: str) -> str:
        who = ("-c", "user.name=ann", "-c", "user.email=ann@example.org")
        argv = ["git", "-C", str(self.place), *who, *words]
        return subprocess.run(argv, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    return Repository(tmp_path / "repository")


def built(write: Write, line: str) -> tuple[str, str]:
    """The line that a host gets, and the note."""
    wanted, (wheel,) = with_own_wheels(find_requirements(write({"requirements.txt": f"{line}\n"})))
    return wanted.files["requirements.txt"].strip(), wheel.note


def refusal(write: Write, line: str) -> str:
    with pytest.raises(SourceError) as caught:
        built(write, line)
    return str(caught.value)


def test_a_tag_is_the_commit_that_it_is_on(write: Write, repository: Repository) -> None:
    commit = repository.commit("1.2")
    repository.git("tag", "--annotate", "--message", "ours", "v1.2")
    repository.commit("1.3")
    line, note = built(write, f"lib[x] @ git+{repository.url}@v1.2 ; os_name == 'posix'")
    wheel = "file:wheels/lib-1.2-py3-none-any.whl"
    assert line == f"lib[x] @ {wheel} ; os_name == 'posix'  # {repository.url}@{commit}"
    assert note == ""


def test_a_branch_is_the_commit_that_it_is_on_now_which_is_told(write: Write, repository: Repository) -> None:
    for version in ("1", "2"):
        commit = repository.commit(version)
        for end, words in (("@main", "branch main"), ("", "no tag and no commit")):
            line, note = built(write, f"lib @ git+{repository.url}{end}")
            assert line == f"lib @ file:wheels/lib-{version}-py3-none-any.whl  # {repository.url}@{commit}"
            assert f"requirements.txt:1: {repository.url}{end}: {words}, which is {commit[:12]} today" in note


def test_a_whole_commit_is_fetched_once_and_nobody_is_asked_again(
    write: Write, repository: Repository
) -> None:
    commit = repository.commit("1", below="sub")
    repository.commit("2", below="sub")
    line = f"-e git+{repository.url}@{commit}#egg=lib&subdirectory=sub"
    first = built(write, line)
    assert "lib-1-py3-none-any.whl" in first[0]
    repository.place.rename(repository.place.with_name("gone"))
    assert built(write, line) == first


def test_what_git_cannot_fetch_is_told_by_its_line(
    write: Write, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit("1")
    nowhere = f"{repository.url}-nowhere"
    assert (
        f"requirements.txt:1: {repository.url}@v9: there is no tag, no branch and no whole commit 'v9'"
        in (refusal(write, f"lib @ git+{repository.url}@v9"))
    )
    told = refusal(write, f"lib @ git+{nowhere}@v1")
    assert f"requirements.txt:1: {nowhere}@v1: git cannot fetch it here: fatal: " in told
    assert "\n" not in told
    monkeypatch.setenv("PATH", "/nonexistent")
    assert refusal(write, f"lib @ git+{nowhere}@v1").endswith(
        "@v1: git, which fetches it, is not on this machine; install it"
    )


def test_a_wheel_for_this_kind_of_machine_alone_is_refused(write: Write, repository: Repository) -> None:
    repository.commit("1", tag="cp311-cp311-linux_x86_64")
    told = refusal(write, f"lib @ git+{repository.url}")
    assert "its wheel lib-1-cp311-cp311-linux_x86_64.whl is for this machine's kind alone" in told


class Guarded(SimpleHTTPRequestHandler):
    """Gives files to whoever has the token, as a host of repositories does."""

    def do_GET(self) -> None:
        login = base64.b64encode(b"t0ken-of-ann:").decode()
        if self.headers.get("Authorization") == f"Basic {login}":
            super().do_GET()
            return
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="git"')
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def guarded(repository: Repository) -> Iterator[str]:
    """The address of a copy of the repository that wants a token."""
    repository.commit("1")
    repository.git("tag", "v1")
    bare = repository.place.with_name("lib.git")
    repository.git("clone", "--quiet", "--bare", str(repository.place), str(bare))
    repository.git("--git-dir", str(bare), "update-server-info")
    handler = functools.partial(Guarded, directory=str(bare.parent))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"127.0.0.1:{server.server_port}/lib.git"
    server.shutdown()
    server.server_close()


def test_a_token_of_this_machine_opens_it_and_goes_nowhere(
    write: Write, guarded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = f"lib @ git+http://${{GIT_TOKEN}}@{guarded}@v1"
    assert "GIT_TOKEN is not set in the environment of this machine" in refusal(write, line)
    monkeypatch.setenv("GIT_TOKEN", "t0ken-of-bob")
    told = refusal(write, line)
    assert "git cannot fetch it here: fatal: " in told
    assert "t0ken" not in told
    monkeypatch.setenv("GIT_TOKEN", "t0ken-of-ann")
    line, note = built(write, line)
    assert line.startswith(f"lib @ file:wheels/lib-1-py3-none-any.whl  # http://{guarded}@")
    assert "t0ken" not in line + note
