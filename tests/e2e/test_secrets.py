"""A secret of the environment is where the app reads it, and nowhere else."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploytasks.here import cache_directory
from deploytasks.targets import Target
from tests.e2e.converged import up_converged
from tests.e2e.project import Project
from tests.inv import INV, inv

CANARY = "c4n4ry-in-the-3nvironment"
NEXT = "another-c4n4ry"
KEPT = {"KEPT": "file:app/kept"}
"""A secret that the environment names, in a file beside the code."""
TELLS_ALL = "\nraise RuntimeError(os.environ['TOKEN'] + str(dict(os.environ)))\n"
QUESTIONS = (
    "check",
    "verify",
    "status",
    "history",
    "releases",
    "vars",
    "secrets",
    "hosts",
    "doctor",
    "logs",
    "scale",
    "prune",
)
SEEN_BY_ALL = (
    ["systemctl", "show", "*"],
    ["systemctl", "cat", "mine*"],
    ["journalctl", "--no-pager", "--output", "json"],
    ["sh", "-c", "cat /proc/[0-9]*/cmdline"],
)
WATCH = "while :; do cat /proc/[0-9]*/cmdline 2> /dev/null; done > /root/seen"
PAUSE_S = 0.03
"""Both watchers leave most of the processor to what they watch."""


@pytest.fixture(scope="module")
def vault(target_state) -> Target:
    return up_converged("vault", "debian12", target_state)


@pytest.fixture(scope="module")
def mine(vault, tmp_path_factory) -> Project:
    """An app with a secret, which it knows by two names, and one of everything that reads it."""
    mine = Project.make("mine", tmp_path_factory.mktemp("mine"), vault, app_env={"TOKEN": CANARY, **KEPT})
    mine.write("app/kept", CANARY)
    mine.configure(
        app_services=["postgres"],
        app_processes={"worker": "sleep 1000", "tidy": {"command": "true", "schedule": "daily"}},
    )
    mine.write("app/Procfile", "release: true\n")
    return mine


@pytest.mark.fault(74)
def test_no_command_line_has_it_while_it_is_deployed(mine, vault):
    here: set[str] = set()
    with watched(vault), typed(mine, "deploy", "--diff") as deploy:
        while deploy.poll() is None:
            here |= command_lines()
            time.sleep(PAUSE_S)
        told = deploy.communicate()[0]
    environment = mine.says["environment"]
    assert (deploy.returncode, environment["TOKEN"], environment["KEPT"]) == (0, CANARY, CANARY), told
    there = vault.run(["sh", "-c", "tr '\\0' '\\n' < /root/seen | sort --unique"]).stdout
    assert "dpkg" in there
    assert not any(CANARY in text for text in (told, there, *here))


@pytest.mark.fault(74)
@pytest.mark.parametrize("form", ["", "--json"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_no_answer_has_it(mine, question, form):
    told = all_of(mine, question, *form.split())
    assert told
    assert CANARY not in told


@pytest.mark.fault(74)
def test_a_change_of_it_is_told_without_it(mine):
    mine.configure(app_env={"TOKEN": NEXT, **KEPT})
    told = [all_of(mine, *words) for words in (["check"], ["deploy", "--diff"], ["rollback"])]
    mine.configure(app_env={"TOKEN": CANARY, **KEPT})
    assert all("write the environment variables" in text for text in told[:2])
    assert not any(secret in text for secret in (CANARY, NEXT) for text in told)


@pytest.mark.fault(74)
def test_no_file_has_it_but_those_that_only_root_reads(mine, vault):
    roots = ["/etc", "/opt", "/root", "/run", "/srv", "/home", "/tmp", "/usr/local", "/var"]
    found = vault.run(
        ["grep", "--recursive", "--files-with-matches", "--text", "--regexp", CANARY, *roots], check=False
    )
    paths = found.stdout.split()
    assert paths
    modes = vault.run(["stat", "--format", "%U %a", *paths]).stdout.splitlines()
    assert set(modes) == {"root 600"}
    assert {path.rpartition("/")[2] for path in paths} == {"env"}
    for argv in SEEN_BY_ALL:
        assert CANARY not in vault.run(argv).stdout, argv


@pytest.mark.fault(74)
def test_nothing_of_it_stays_on_this_machine(mine):
    ours = [mine.directory / name for name in ("group_vars/all.json", "app/kept")]
    places = [*mine.directory.rglob("*"), *cache_directory().rglob("*")]
    assert [place for place in places if place not in ours and place.is_file() and has_it(place)] == []


@pytest.mark.fault(74)
def test_the_last_words_of_an_app_that_tells_it_are_masked(vault, tmp_path):
    loud = Project.make("loud", tmp_path, vault, app_env={"TOKEN": CANARY})
    loud.code("one", TELLS_ALL)
    run = loud.inv("deploy", "--diff")
    assert run.exit_code == 2
    assert "RuntimeError: ***" in run.messages
    assert CANARY not in run.messages + str(run.events)


@contextmanager
def watched(host: Target) -> Iterator[None]:
    """All command lines of *host* meanwhile are in its file /root/seen."""
    host.run(["systemd-run", "--quiet", "--unit=watch", "--property=CPUQuota=20%", "sh", "-c", WATCH])
    try:
        yield
    finally:
        host.run(["systemctl", "stop", "watch"])


def typed(project: Project, *words: str) -> subprocess.Popen[str]:
    """``inv`` with all that it says on one stream."""
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    return subprocess.Popen([INV, *words], cwd=project.directory, text=True, **streams)


def all_of(project: Project, *words: str) -> str:
    """All that ``inv`` says; no person's mistake is in *words*."""
    done = inv(*words, cwd=project.directory)
    told = done.stdout + done.stderr
    assert done.returncode in (0, 3), told
    return told


def command_lines() -> set[str]:
    """Those of this machine; a process may end while they are read."""
    processes = [place for place in Path("/proc").iterdir() if place.name.isdigit()]
    return {line for process in processes if (line := text_of(process / "cmdline"))}


def text_of(place: Path) -> str:
    try:
        return place.read_text(errors="replace")
    except OSError:
        return ""


def has_it(place: Path) -> bool:
    return CANARY.encode() in place.read_bytes()
