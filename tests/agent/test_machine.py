"""Programs as the agent runs them."""

from __future__ import annotations

import sys

import pytest

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.errors import StepError, Stopped


def test_a_program_sees_the_agents_environment_alone(monkeypatch):
    monkeypatch.setenv("LC_ALL", "de_DE")
    monkeypatch.setenv("STRANGE", "1")
    shown = Machine().ask(["env"], env={"EXTRA": "2"}).stdout
    assert "LC_ALL=C.UTF-8" in shown
    assert "EXTRA=2" in shown
    assert "STRANGE" not in shown


def test_a_program_has_no_standard_input():
    assert Machine().ask(["cat"], timeout_s=5).stdout == ""


@pytest.mark.parametrize(("argv", "status"), [(["no-such-program"], 127), (["/etc"], 127), (["false"], 1)])
def test_a_program_that_cannot_do_it_ends_and_raises_nothing(argv, status):
    assert Machine().ask(argv).status == status


def test_a_program_that_takes_too_long_ends_with_what_it_said():
    done = Machine().ask(["sh", "-c", "echo begun; exec sleep 60"], timeout_s=0.2)
    assert (done.status, done.stdout, done.stderr) == (124, "begun\n", "no end after 0.2 s")


def test_a_program_that_has_to_work_raises_with_both_streams():
    with pytest.raises(StepError, match="ended with 7") as caught:
        Machine().run(["sh", "-c", "echo out; echo err >&2; exit 7"])
    assert caught.value.output == "out\nerr"


def test_output_that_is_no_text_is_text():
    assert Machine().ask([sys.executable, "-c", r"import os; os.write(1, b'\xff')"]).stdout == "\ufffd"


def test_waiting_ends_when_it_is_ready_or_too_late():
    answers = iter([False, False, True])
    assert Machine().wait_until(lambda: next(answers), timeout_s=5, every_s=0)
    assert not Machine().wait_until(lambda: False, timeout_s=0, every_s=0)


def test_waiting_ends_when_the_controller_is_gone():
    machine = Machine()
    machine.stop.set()
    with pytest.raises(Stopped):
        machine.wait_until(lambda: False, timeout_s=5)
    machine.stoppable = False
    assert not machine.wait_until(lambda: False, timeout_s=0, every_s=0)


def test_paths_are_below_the_root():
    assert Machine().path("/etc/x") == "/etc/x"
    assert Machine(root="/tmp/root").path("/etc/x") == "/tmp/root/etc/x"
