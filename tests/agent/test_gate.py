"""A host that goes in step with others: it waits before it switches, goes on, or is held back."""

from __future__ import annotations

import pytest

from deploytasks.agent.conversation.gate import FleetGate
from deploytasks.agent.engine.engine import Engine
from deploytasks.agent.engine.events import Outcome, Ready, StepDone
from deploytasks.agent.engine.journal import Journal
from deploytasks.agent.engine.phase import Phase
from deploytasks.agent.engine.plan import Handler, Plan, Step
from deploytasks.agent.errors import ControllerGone
from deploytasks.agent.files.symlink import Symlink
from deploytasks.agent.programs.run import Run

GO = {"held": ""}
HELD = {"held": "held back, as web2 failed"}
PATHS = {Phase.PREPARE: "/srv/prepared", Phase.SWITCH: "/srv/switched", Phase.CONFIRM: "/srv/confirmed"}


class Member:
    """Deploys on *host*, whose controller gives *answers* at the gates."""

    def __init__(self, host, answers=(), leads=True):
        self.host = host
        self.events = []
        self.answers = list(answers)
        self.leads = leads
        host.path("/srv").mkdir(exist_ok=True)

    def deploy(self, *more):
        steps = [Step("link %s" % path, Symlink(path, "x"), phase=phase) for phase, path in PATHS.items()]
        gate = FleetGate([Phase.SWITCH, Phase.CONFIRM], self.events.append, self.hear, leads=self.leads)
        engine = Engine(self.host.machine, Journal(str(self.host.home / "journal.jsonl")), self.events.append)
        owned = tuple(step.in_role("app") for step in (*more, *steps))
        return engine.carry_out(Plan(owned), gate=gate)

    def hear(self):
        if not self.answers:
            raise ControllerGone("the controller is gone")
        return self.answers.pop(0)

    @property
    def made(self):
        return [path for path in PATHS.values() if self.host.path(path).is_symlink()]

    @property
    def gates(self):
        return [event.before for event in self.events if isinstance(event, Ready)]


def test_it_waits_before_the_switch_and_before_it_confirms(host):
    member = Member(host, [GO, GO])
    assert member.deploy().outcome is Outcome.CHANGED
    assert (member.gates, member.made) == (["switch", "confirm"], list(PATHS.values()))


def test_where_nothing_differs_nobody_is_waited_for(host):
    member = Member(host, [GO, GO])
    member.deploy()
    member.events.clear()
    assert member.deploy().outcome is Outcome.OK
    assert member.gates == []


@pytest.mark.parametrize("answers", [[HELD], [GO, HELD]], ids=["ready", "switched"])
def test_one_that_is_held_back_is_as_it_was_and_has_not_failed(host, answers):
    member = Member(host, answers)
    ended = member.deploy()
    assert (ended.outcome, ended.changed, ended.error) == (
        Outcome.OK,
        0,
        "held back, as web2 failed; this host serves what it served before",
    )
    assert member.made == []
    assert not [event for event in member.events if getattr(event, "outcome", "") == "failed"]


def test_before_the_switch_a_lost_controller_means_that_it_undoes(host):
    member = Member(host)
    ended = member.deploy()
    assert (ended.outcome, ended.put_back, member.made) == (Outcome.FAILED, True, [])


def test_after_the_switch_a_lost_controller_means_that_it_finishes(host):
    member = Member(host, [GO])
    assert member.deploy().outcome is Outcome.CHANGED
    assert member.made == list(PATHS.values())


@pytest.mark.parametrize(("leads", "ran"), [(True, Outcome.CHANGED), (False, Outcome.SKIPPED)])
def test_what_is_of_the_fleet_is_done_where_it_is_led(host, leads, ran):
    member = Member(host, [GO, GO], leads=leads)
    migrate = Handler("migrate", Run(("touch", str(host.path("/srv/migrated")))), of_fleet=True)
    noted = Step("note it", Symlink("/srv/noted", "x"), migrate, Phase.PREPARE)
    assert member.deploy(noted).outcome is Outcome.CHANGED
    assert host.path("/srv/migrated").exists() is leads
    (done,) = [event for event in member.events if isinstance(event, StepDone) and event.step == "migrate"]
    assert done.outcome is ran


def test_a_gate_is_passed_once():
    said = []
    gate = FleetGate([Phase.SWITCH], said.append, lambda: GO)
    gate.pass_into(Phase.SWITCH)
    gate.pass_into(Phase.SWITCH)
    assert said == [Ready("switch")]


def test_what_is_done_once_per_fleet_is_so_in_the_plan_that_is_sent():
    handlers = [Handler("migrate", Run(("true",)), of_fleet=True), Handler("tell", Run(("true",)))]
    step = Step("note it", Symlink("/srv/noted", "x"), handlers, Phase.PREPARE).in_role("app")
    (sent,) = Plan.from_json(Plan((step,)).to_json()).steps
    assert [handler.of_fleet for handler in sent.handlers] == [True, False]
