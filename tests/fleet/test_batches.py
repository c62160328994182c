"""Hosts come in batches, and a run ends when more have failed than may."""

from __future__ import annotations

import pytest

from deploytasks.agent.engine.events import Outcome
from deploytasks.agent.release.request import Converge
from deploytasks.errors import ConfigError, Unreachable
from deploytasks.fleet.applying import carry_out
from deploytasks.fleet.batches import in_batches, portion
from deploytasks.fleet.manner import Manner
from deploytasks.fleet.visit import TOO_LATE
from deploytasks.planning.plan import Plan
from deploytasks.planning.standard import app_alone
from tests.fleet.stage import Stage, deploys, fails_before

FAILS = fails_before("end")


@pytest.mark.parametrize(
    ("sizes", "batches"),
    [
        ((), ["abcde"]),
        ((2,), ["ab", "cd", "e"]),
        (("1", "50%"), ["a", "bc", "de"]),
        (("1", "100%"), ["a", "bcde"]),
        (("10%",), ["a", "b", "c", "d", "e"]),
        ((9,), ["abcde"]),
    ],
)
def test_the_last_size_repeats_and_a_part_is_one_host_at_least(sizes, batches):
    assert ["".join(batch) for batch in in_batches("abcde", sizes)] == batches


@pytest.mark.parametrize("size", ["0", "-1", "0%", "101%", "half", "1.5", ""])
def test_what_is_no_number_of_hosts_is_refused(size):
    with pytest.raises(ConfigError, match="is no number of hosts; expected one such as 2 or 25%"):
        portion(size, 4)


def run(stage, tmp_path, **manner):
    """How a deploy of these hosts ends, each of which goes its own way."""
    hosts = stage.hosts(tmp_path, app_fleet="independent")
    return carry_out(hosts, app_alone, Converge(), lambda _: Plan(()), Manner(way_to=stage.way_to, **manner))


def test_a_batch_begins_when_the_one_before_has_ended(tmp_path):
    stage = Stage(dict.fromkeys(["w1", "w2", "w3", "w4", "w5"], deploys))
    results = run(stage, tmp_path, serial=(1, "50%"))
    assert [recap.outcome for recap in results.values()] == [Outcome.CHANGED] * 5
    turns = [stage.diary[:2], stage.diary[2:6], stage.diary[6:]]
    assert [{line.split()[0] for line in turn} for turn in turns] == [{"w1"}, {"w2", "w3"}, {"w4", "w5"}]


@pytest.mark.parametrize(
    ("max_fail", "failing", "begun"),
    [
        (None, "w1", 1),
        ("0", "w2", 2),
        (1, "w1", 4),
        ("1", "w1 w2", 2),
        ("50%", "w1 w2", 4),
        ("50%", "w1 w2 w3", 3),
        ("10%", "w2", 4),
        ("10%", "w1 w3", 3),
    ],
)
def test_a_run_ends_when_more_have_failed_than_may(tmp_path, max_fail, failing, begun):
    names = ["w1", "w2", "w3", "w4"]
    stage = Stage({name: FAILS if name in failing.split() else deploys for name in names})
    results = run(stage, tmp_path, serial=(1,), max_fail=max_fail)
    assert stage.did("begins") == names[:begun]
    assert [(results[name].outcome, results[name].error) for name in names[begun:]] == [
        (Outcome.OK, TOO_LATE)
    ] * (4 - begun)
    assert results.exit_code == 2


def test_one_that_cannot_be_reached_has_not_failed(tmp_path):
    stage = Stage({"w1": Unreachable("w1: nobody is there", "w1"), "w2": deploys, "w3": deploys})
    results = run(stage, tmp_path, serial=(1,))
    assert [recap.outcome for recap in results.values()] == [
        Outcome.UNREACHABLE,
        Outcome.CHANGED,
        Outcome.CHANGED,
    ]
    assert (results.exit_code, results["w1"].error) == (4, "w1: nobody is there")


def test_sizes_that_are_none_are_refused_before_anything_is_contacted(tmp_path):
    stage = Stage({"w1": deploys})
    with pytest.raises(ConfigError, match="'many' is no number of hosts"):
        run(stage, tmp_path, serial=("many",))
    with pytest.raises(ConfigError, match="'all' is no number of hosts"):
        run(stage, tmp_path, max_fail="all")
    assert stage.diary == []
