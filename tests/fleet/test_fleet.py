"""The hosts of one app go in step: all of them switch, or none does; what is done once is done by the first."""

from __future__ import annotations

import pytest

from deploytasks.agent.engine.events import Outcome
from deploytasks.agent.engine.phase import Phase
from deploytasks.agent.engine.plan import Handler, Step
from deploytasks.agent.files.symlink import Symlink
from deploytasks.agent.programs.run import Run
from deploytasks.agent.release.request import Converge
from deploytasks.errors import Unreachable
from deploytasks.fleet.applying import carry_out
from deploytasks.fleet.manner import Manner
from deploytasks.planning.plan import Plan
from deploytasks.planning.standard import app_alone
from tests.fleet.stage import Stage, deploys, dies_before, fails_before, is_lost_before

NAMES = ["w1", "w2", "w3"]
FATES = [fails_before, is_lost_before, dies_before]
MIGRATE = Handler("migrate", Run(("true",)), of_fleet=True)
PLAN = Plan((Step("switch", Symlink("/srv/current", "new"), phase=Phase.SWITCH, role="app"),))
WITH_MIGRATION = Plan((Step("note it", Symlink("/srv/noted", "x"), MIGRATE, Phase.PREPARE).in_role("app"),))


def run(stage, tmp_path, plan=PLAN, variables=None, **manner):
    hosts = stage.hosts(tmp_path, **(variables or {}))
    return carry_out(hosts, app_alone, Converge(), lambda _: plan, Manner(way_to=stage.way_to, **manner))


def outcomes(results):
    return [recap.outcome.value for recap in results.values()]


def all_before(stage, first, then):
    """Whether the last host had done *first* when the first one did *then*."""
    done = [line.partition(" ")[2] for line in stage.diary]
    return len(done) - 1 - done[::-1].index(first) < done.index(then)


def test_none_switches_before_all_are_ready_and_none_confirms_before_all_have_switched(tmp_path):
    stage = Stage(dict.fromkeys(NAMES, deploys))
    assert outcomes(run(stage, tmp_path)) == ["changed"] * 3
    assert all_before(stage, "is ready for switch", "passes into switch")
    assert all_before(stage, "is ready for confirm", "passes into confirm")


@pytest.mark.parametrize("how", FATES)
@pytest.mark.parametrize("when", ["switch", "confirm"])
def test_one_that_fails_holds_the_others_back(tmp_path, how, when):
    stage = Stage({"w1": deploys, "w2": how(when), "w3": deploys})
    results = run(stage, tmp_path)
    assert stage.did("passes into switch") == [] or when == "confirm"
    assert stage.did("passes into confirm") == []
    assert sorted(stage.did("is held back")) == ["w1", "w3"]
    assert {results[name].error for name in ("w1", "w3")} == {"held back, as w2 failed"}
    assert (results["w1"].outcome, results["w2"].went_well) == (Outcome.OK, False)


def test_one_that_has_not_switched_yet_is_spared_what_failed_meanwhile(tmp_path):
    stage = Stage({"w1": fails_before("confirm"), "w2": deploys, "w3": deploys})
    run(stage, tmp_path, forks=1)
    assert stage.did("passes into switch") == ["w1"]
    assert stage.did("is held back") == ["w2", "w3"]


def test_what_is_confirmed_is_confirmed_by_all(tmp_path):
    stage = Stage({"w1": fails_before("end"), "w2": deploys, "w3": deploys})
    assert outcomes(run(stage, tmp_path, forks=1)) == ["failed", "changed", "changed"]
    assert stage.did("passes into confirm") == NAMES


def test_as_many_may_fail_as_the_person_says(tmp_path):
    stage = Stage({"w1": deploys, "w2": fails_before("switch"), "w3": deploys})
    assert outcomes(run(stage, tmp_path, max_fail="1")) == ["changed", "failed", "changed"]


def test_more_than_may_fail_hold_back_the_rest_by_name(tmp_path):
    stage = Stage({"w1": fails_before("switch"), "w2": fails_before("switch"), "w3": deploys})
    results = run(stage, tmp_path, max_fail="1")
    assert results["w3"].error == "held back, as w1, w2 failed"


@pytest.mark.fault(57)
def test_one_that_cannot_be_reached_holds_up_nobody(tmp_path):
    stage = Stage({"w1": deploys, "w2": Unreachable("w2: nobody is there", "w2"), "w3": deploys})
    results = run(stage, tmp_path)
    assert outcomes(results) == ["changed", "unreachable", "changed"]
    assert results.exit_code == 4


def test_what_is_done_once_the_first_does_and_the_others_await_it(tmp_path):
    stage = Stage(dict.fromkeys(NAMES, deploys))
    assert outcomes(run(stage, tmp_path, WITH_MIGRATION)) == ["changed"] * 3
    assert stage.did("begins") == ["w1"]
    assert sorted(stage.did("is ready for start")) == ["w2", "w3"]
    assert all_before(stage, "is ready for switch", "passes into switch")
    leader_is_done = stage.diary.index("w1 is ready for switch")
    assert min(stage.diary.index(f"{name} passes into start") for name in ("w2", "w3")) > leader_is_done


@pytest.mark.parametrize("how", FATES)
def test_without_the_first_the_others_start_nothing_however_many_may_fail(tmp_path, how):
    stage = Stage({"w1": how("switch"), "w2": deploys, "w3": deploys})
    results = run(stage, tmp_path, WITH_MIGRATION, max_fail="100%")
    assert sorted(stage.did("is held back")) == ["w2", "w3"]
    assert stage.did("passes into start") == []
    assert results["w2"].error == "held back, as w1 failed"


@pytest.mark.parametrize(
    ("names", "variables", "manner"),
    [
        (NAMES, {"app_fleet": "independent"}, {}),
        (NAMES, {}, {"check": True}),
        (["w1"], {}, {}),
    ],
    ids=["each goes its own way", "a check", "one host"],
)
def test_where_nobody_is_to_be_awaited_there_are_no_gates(tmp_path, names, variables, manner):
    stage = Stage(dict.fromkeys(names, deploys))
    assert outcomes(run(stage, tmp_path, WITH_MIGRATION, variables, **manner)) == ["changed"] * len(names)
    assert sorted(stage.did("begins")) == names
    assert stage.did("is ready for switch") == []
