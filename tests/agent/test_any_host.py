"""What any host can be asked for, app or none: commands, what it is like, whether it is there, waiting."""

from __future__ import annotations

import getpass
import threading

import pytest

from deploytasks.agent.engine.events import Answer, LogLine, Outcome
from deploytasks.agent.engine.resource import describe
from deploytasks.agent.errors import StepError
from deploytasks.agent.files.file import File
from deploytasks.agent.host import describing
from deploytasks.agent.release.questions import Describe, Execute, Inspect, Ping, Wait
from tests.agent.shop import Shop


@pytest.fixture
def anywhere(host):
    """A host without an app; who runs the tests is a user there."""
    asked = Shop(host)
    asked.app = None
    host.path("/etc").mkdir(parents=True, exist_ok=True)
    name = getpass.getuser()
    host.path("/etc/passwd").write_text(f"{name}:x:0:0::/root:/bin/sh\nann:x:4242:4242::/home/ann:/bin/sh\n")
    return asked


def run(asked, command, **more):
    return asked.ask(Execute(command, getpass.getuser(), **more))


def lines(asked):
    return [event.text for event in asked.said(LogLine)]


def test_a_command_is_run_by_the_shell_and_told_line_by_line(anywhere):
    ended = run(anywhere, "echo one; echo two >&2; exit 3")
    assert (ended.outcome, ended.status) == (Outcome.FAILED, 3)
    assert lines(anywhere) == ["one", "two"]


def test_it_begins_at_home_and_nobody_sees_it_among_the_processes(anywhere):
    run(anywhere, "pwd; env | grep -c COMMAND; tr '\\0' ' ' < /proc/$$/cmdline")
    home, told, argv = lines(anywhere)
    assert (home, told) == ("/root", "0")
    assert "grep -c COMMAND" not in argv


def test_bytes_where_lines_are_wanted_are_refused(anywhere):
    with pytest.raises(StepError, match="bytes that are no text"):
        run(anywhere, r"printf '\377\n'")


def test_one_that_takes_too_long_is_ended_with_all_that_it_began(anywhere, tmp_path):
    mark = tmp_path / "mark"
    with pytest.raises(StepError, match=r"^the command did not end within 0\.2 s$"):
        run(anywhere, f"(trap '' HUP; sleep 30; touch {mark}) & sleep 30", timeout_s=0.2)
    assert not mark.exists()


def test_a_user_that_is_not_there_is_named(anywhere):
    with pytest.raises(StepError, match="^there is no user bob here$"):
        anywhere.ask(Execute("id", "bob"))


def test_who_logged_in_is_the_usual_user(anywhere, monkeypatch):
    monkeypatch.setenv("SUDO_USER", "carol")
    with pytest.raises(StepError, match="no user carol"):
        anywhere.ask(Execute("id"))


def test_a_host_that_is_there_says_what_it_is(anywhere):
    anywhere.host.path("/etc/os-release").write_text('ID=debian\nVERSION_ID="12"\n')
    anywhere.ask(Ping())
    (answer,) = anywhere.said(Answer)
    assert answer.document["system"] == "debian 12"


def test_another_start_is_another_boot(host):
    kernel, first = host.path(describing.BOOT), host.path("/proc/1/stat")
    for place in (kernel, first):
        place.parent.mkdir(parents=True)
    kernel.write_text("8cf9ab1d\n")
    first.write_text(f"1 (a) b) S {' '.join(map(str, range(4, 30)))}\n")
    before = describing.boot_of(host.machine)
    first.write_text(f"1 (a) b) S {' '.join(map(str, range(5, 31)))}\n")
    assert before == "8cf9ab1d-22"
    assert describing.boot_of(host.machine) == "8cf9ab1d-23"


def test_a_host_tells_what_it_is_like_as_far_as_it_knows(anywhere):
    place = anywhere.host.path("/proc/meminfo")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("MemTotal:       2097152 kB\nMemAvailable:   1048576 kB\nSwapTotal: 0 kB\n")
    anywhere.ask(Describe())
    (answer,) = anywhere.said(Answer)
    told = answer.document
    assert (told["memory_mb"], told["memory_free_mb"], told["swap_mb"]) == (2048, 1024, 0)
    assert (told["codename"], told["cloud"]) == ("", "")


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        (Wait(path="/run/ready", timeout_s=0), "after 0 s /run/ready is not there"),
        (Wait(path="/run/log", text="^done", timeout_s=0), "after 0 s /run/log with '^done' is not there"),
        (Wait(path="/run/log", gone=True, timeout_s=0), "after 0 s /run/log is still there"),
        (Wait(port=1, timeout_s=0), "after 0 s 127.0.0.1 port 1 does not answer"),
        (Wait(url="http://127.0.0.1:1/", timeout_s=0), "after 0 s http://127.0.0.1:1/ is not served"),
    ],
)
def test_what_is_waited_for_in_vain_is_told(anywhere, question, missing):
    anywhere.host.path("/run").mkdir(exist_ok=True)
    anywhere.host.path("/run/log").write_text("begun\n")
    with pytest.raises(StepError) as error:
        anywhere.ask(question)
    assert str(error.value) == missing


def test_waiting_ends_when_it_is_so(anywhere):
    log = anywhere.host.path("/run/log")
    log.parent.mkdir(exist_ok=True)
    log.write_text("begun\n")
    threading.Timer(0.3, log.write_text, ("begun\ndone\n",)).start()
    assert anywhere.ask(Wait(path="/run/log", text="^done$", timeout_s=20)).outcome is Outcome.OK
    assert anywhere.ask(Wait(path="/run/other", gone=True)).outcome is Outcome.OK


OWN = """
from dataclasses import dataclass
from deploytasks.agent.resource import Resource

@dataclass(frozen=True)
class Load(Resource):
    limit: float

    def desired(self):
        return {"high": False}

    def inspect(self, machine):
        return {"high": 1 > self.limit}
"""


def test_a_resource_is_looked_at_and_let_be(anywhere, host):
    host.write("/etc/motd", "hello\n")
    before = host.snapshot()
    anywhere.ask(Inspect(describe(File("/etc/motd", "bye\n")), {}))
    (there,) = anywhere.said(Answer)
    assert (there.document["state"]["content"], there.document["state"]["mode"]) == ("hello\n", "0644")
    anywhere.ask(Inspect(describe(File("/etc/none", "bye\n")), {}))
    assert anywhere.said(Answer)[0].document == {"state": None}
    assert host.snapshot() == before


def test_a_type_of_ones_own_comes_with_the_question(anywhere):
    anywhere.ask(Inspect({"type": "own_load:Load", "args": {"limit": 0.5}}, {"own_load": OWN}))
    assert anywhere.said(Answer)[-1].document == {"state": {"high": True}}


def test_a_type_that_nobody_knows_is_told(anywhere):
    with pytest.raises(StepError, match="not understood: .*no type is called Nothing"):
        anywhere.ask(Inspect({"type": "Nothing", "args": {}}, {}))
