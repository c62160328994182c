"""What a payload says to the person who runs it on the host."""

from __future__ import annotations

import pytest

from deploytasks.agent.by_hand import Lines
from deploytasks.agent.engine.events import Ended, Note, Outcome, StepDone

DONE = [
    StepDone("app", "lay out the code", Outcome.CHANGED, diff="M app.py"),
    StepDone("app", "make the directory", Outcome.OK),
    StepDone("nginx", "write the site", Outcome.CHANGED, diff="-a\n+b"),
    StepDone("app", "record the plan", Outcome.CHANGED),
    Note("a deploy would send 4 kB"),
]
END = Ended(Outcome.CHANGED, ok=1, changed=3, release="r1")


def told(capsys, *, check=True, verbose=False, show_diff=False, end=END):
    lines = Lines(check=check, verbose=verbose, show_diff=show_diff)
    for event in DONE:
        lines.say(event)
    lines.end(end)
    return capsys.readouterr().out.splitlines()


def test_a_check_is_a_summary(capsys):
    assert told(capsys) == [
        "         a deploy would send 4 kB",
        "would change steps of app 2, nginx 1; --verbose names them, --diff shows how",
        "would change ok=1 would_change=3 failed=0 skipped=0  serves r1",
    ]


def test_its_steps_and_their_lines_are_told_on_demand(capsys):
    assert told(capsys, verbose=True)[:3] == [
        "would    app: lay out the code",
        "would    nginx: write the site",
        "would    app: record the plan",
    ]
    assert "         | M app.py" in told(capsys, show_diff=True)


def test_a_run_tells_what_it_does(capsys):
    lines = told(capsys, check=False)
    assert lines[0] == "changed  app: lay out the code"
    assert lines[-1] == "changed  ok=1 changed=3 failed=0 skipped=0  serves r1"


@pytest.mark.parametrize("check", [True, False])
def test_a_failure_is_told_with_its_reason(capsys, check):
    lines = Lines(check=check, verbose=False, show_diff=False)
    lines.say(StepDone("app", "ask it", Outcome.FAILED, reason="answered 500", output="boom"))
    lines.end(Ended(Outcome.FAILED, failed=1, error="answered 500"))
    assert capsys.readouterr().out.splitlines()[:3] == [
        "failed   app: ask it",
        "         | answered 500",
        "         | boom",
    ]


def test_what_an_app_has_said_moves_no_cursor(capsys):
    lines = Lines(check=False, verbose=False, show_diff=False)
    lines.say(
        StepDone("app", "ask it", Outcome.FAILED, output="\x1b[2J\x9b31m\u202eboom\tof https://u:geheim1@x")
    )
    assert capsys.readouterr().out == (
        "failed   app: ask it\n         | \\x1b[2J\\x9b31m\\u202eboom\tof https://u:********@x\n"
    )
