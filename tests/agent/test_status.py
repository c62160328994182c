"""What status tells of the past."""

from __future__ import annotations

from deploytasks.agent.release.commands.status import _since


def entry(time, release, command="deploy", outcome="changed"):
    return {"time": time, "release": release, "command": command, "outcome": outcome}


def test_a_release_serves_since_it_came_and_not_since_it_was_put_right():
    past = [entry("1", "one"), entry("2", "two"), entry("3", "two", outcome="ok"), entry("4", "two")]
    assert _since(past, "two") == "2"


def test_a_release_that_came_back_serves_since_then():
    past = [entry("1", "one"), entry("2", "two"), entry("3", "one", "rollback"), entry("4", "one")]
    assert _since(past, "one") == "3"


def test_what_made_no_release_and_what_failed_say_nothing():
    past = [
        entry("1", "one"),
        entry("2", None),
        entry("3", "two", outcome="failed"),
        entry("4", None, "stop"),
    ]
    assert _since(past, "one") == "1"
    assert _since(past, "nowhere") is None
