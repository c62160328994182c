"""What a run of several hosts means for those of them that did not fail."""

from __future__ import annotations

import dataclasses

import pytest

from deploytasks.agent.engine.events import Outcome
from deploytasks.report import HostRecap, Recap
from deploytasks.report.closing import closing_page, short_row
from deploytasks.report.page import Line

AHEAD = HostRecap(Outcome.CHANGED, changed=2, release="r2", previous="r1", switched=True)
FAILED = HostRecap(Outcome.FAILED, failed=1, error="no answer", step="app: ask it")
TAKE_BACK = "prod1  serves the new release; to take that back: inv rollback --host prod1"


def told(host: HostRecap, other: HostRecap = FAILED, command: str = "deploy") -> list[str]:
    page = closing_page(Recap(command, 2, 1.0, {"prod1": host, "prod2": other}), short_row)
    return [part.text for part in page if isinstance(part, Line)]


def test_a_host_that_is_ahead_of_one_that_failed_is_named_with_the_way_back():
    assert TAKE_BACK in told(AHEAD)


@pytest.mark.parametrize(
    "changes",
    [{"previous": None}, {"switched": False}, {"outcome": Outcome.UNREACHABLE}],
    ids=["first release", "no switch", "unreachable"],
)
def test_one_that_has_no_way_back_or_needs_none_is_not(changes):
    assert TAKE_BACK not in told(dataclasses.replace(AHEAD, **changes))


def test_nobody_is_ahead_where_nobody_failed():
    assert TAKE_BACK not in told(AHEAD, HostRecap(Outcome.UNREACHABLE, error="no route"))
    assert TAKE_BACK not in told(AHEAD, command="rollback")


def test_a_host_that_was_held_back_says_why():
    why = "held back, as prod2 failed; this host serves what it served before"
    assert f"prod1  {why}" in told(HostRecap(Outcome.OK, ok=3, error=why))
