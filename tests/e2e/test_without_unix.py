"""Every verb where our modules find nothing of the standard library that Windows lacks, against a real host."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.e2e.controller import wait_for
from tests.e2e.project import Project

ROOT = Path(__file__).parents[2]
INV = [sys.executable, "-m", "tests.without_unix"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"}
DEADLINE_S = 60
ASKING = ["hosts", "vars", "status", "logs", "releases", "history", "verify", "doctor"]


@pytest.fixture(scope="module")
def plain(web, tmp_path_factory) -> Project:
    """An app of whoever has no unix; deployed once."""
    project = Project.make("unixless", tmp_path_factory.mktemp("unixless"), web)
    inv(project, "deploy")
    return project


def inv(project: Project, *words: str, code: int = 0, given: str = "") -> str:
    """What ``inv WORDS`` prints."""
    done = subprocess.run(
        [*INV, *words],
        cwd=project.directory,
        env=ENVIRONMENT,
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=DEADLINE_S,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def test_a_project_begins(tmp_path):
    (tmp_path / "app.py").write_text("def app(environ, start_response): ...\n")
    argv = [sys.executable, "-c", "import sys; from tests.without_unix import hide; hide(); import runpy;"
            "sys.argv[1:] = ['init']; runpy.run_module('deploytasks', run_name='__main__')"]  # fmt: skip
    done = subprocess.run(argv, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "app_callable=app:app" in (tmp_path / "inventory.ini").read_text()


def test_what_there_is_is_listed(plain):
    assert "  deploy " in inv(plain, "--list")


def test_what_is_asked_is_answered(plain):
    told = inv(plain, *ASKING)
    assert plain.current in told
    assert "Booting worker" in told
    assert f"as that of {plain.target.name}" in inv(plain, "doctor", "--local")


def test_a_release_comes_and_goes(plain):
    first = plain.current
    plain.code("two")
    inv(plain, "check", code=3)
    inv(plain, *["deploy", "scale", "--workers", "2", "maintenance", "--on", "maintenance", "--off"])
    assert plain.says["version"] == "two"
    inv(plain, *["rollback", "prune", "--yes"])
    assert plain.current == first
    assert plain.says["version"] == "one"


def test_a_payload_is_for_its_owner_alone(plain):
    inv(plain, "payload", "--out", "shop.pyz")
    assert (plain.directory / "shop.pyz").stat().st_mode & 0o777 == 0o600


def test_a_command_reads_and_prints(plain):
    assert inv(plain, "run", "--command", "tr a-z A-Z", given="loud") == "LOUD"


def test_a_shell_reads_what_is_in_a_pipe(plain):
    assert inv(plain, "shell", given="id -un; exit 3", code=3) == "unixless\n"


def test_a_shell_has_the_keys_of_a_terminal(plain):
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        ["setsid", "--ctty", "--wait", *INV, "shell"],
        cwd=plain.directory,
        env=ENVIRONMENT,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as session:
        os.close(theirs)
        read_until(ours, b"$ ")
        os.write(ours, b"sleep 50\r")
        wait_for(
            lambda: plain.target.run(["pgrep", "-xu", "unixless", "sleep"], check=False).stdout, "the command"
        )
        os.write(ours, b"\x03")
        read_until(ours, b"$ ")
        os.write(ours, b"echo $((6 * 7)); exit 4\r")
        read_until(ours, b"42\r")
        assert session.wait(DEADLINE_S) == 4
    os.close(ours)


def test_the_app_runs_here(plain):
    (plain.directory / "app/app.py").write_text(
        "def app(environ, start_response):\n    start_response('200 OK', [])\n    return [b'here']\n"
    )
    argv = [*INV, "serve", "--source", "app", "--port", "5077"]
    with subprocess.Popen(argv, cwd=plain.directory, env=ENVIRONMENT, stderr=subprocess.DEVNULL) as server:
        try:
            assert answer_of("http://127.0.0.1:5077/") == b"here"
        finally:
            server.terminate()
            server.wait(DEADLINE_S)


def test_the_app_is_taken_away(plain):
    inv(plain, "destroy", "--host", plain.target.name, "--yes", "--purge")
    assert plain.target.run(["ls", "/srv"]).stdout.split().count("unixless") == 0


def read_until(terminal: int, words: bytes) -> None:
    shown = b""
    while words not in shown:
        assert select.select([terminal], [], [], DEADLINE_S)[0], shown
        shown += os.read(terminal, 1024)


def answer_of(url: str) -> bytes:
    deadline = time.monotonic() + DEADLINE_S
    while True:
        try:
            with urlopen(url, timeout=5) as answer:
                return answer.read()
        except URLError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
