"""The name that somebody probably meant."""

from __future__ import annotations

from deploytasks.spelling import did_you_mean


def test_a_near_name_is_offered() -> None:
    assert did_you_mean("wbe", ["db", "web", "cache"]) == '; did you mean "web"?'


def test_nothing_is_offered_when_nothing_is_near() -> None:
    assert did_you_mean("xyz", ["db", "web"]) == ""


def test_case_does_not_matter() -> None:
    assert did_you_mean("WEB", ["db", "web"]) == '; did you mean "web"?'


def test_the_offered_name_keeps_its_case() -> None:
    assert did_you_mean("proxyjmp", ["ProxyJump"]) == '; did you mean "ProxyJump"?'


def test_more_likeness_can_be_asked_for() -> None:
    assert did_you_mean("wbe", ["web"], likeness=0.9) == ""
