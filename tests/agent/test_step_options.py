"""How a step is carried out, as its options say, on a host of files."""

from __future__ import annotations

import json

import pytest

from deploytasks.agent.engine.engine import Engine
from deploytasks.agent.engine.events import Note, Outcome, StepDone, StepUndone
from deploytasks.agent.engine.plan import Plan, Step
from deploytasks.agent.errors import HeldBack
from deploytasks.agent.files.symlink import Symlink
from deploytasks.agent.programs.command import Command
from tests.agent.test_engine import Deploys, blackout, failing, handler


@pytest.fixture
def deploy(host):
    return Deploys(host)


def outcomes(deploy):
    return {done.step: done.outcome for done in deploy.said(StepDone)}


def third_time(host, **options):
    """A command that succeeds when it is run for the third time."""
    count = host.path("/srv/count")
    script = f"echo x >> {count}; test $(wc -l < {count}) -ge 3 && touch {host.path('/srv/done')}"
    return Step("be third", Command(("sh", "-c", script), creates="/srv/done"), delay_s=0.01, **options)


def noted(host, name, **options):
    """A command that is always due, and writes its *name* down."""
    return Step(
        name,
        Command(("sh", "-c", f"echo {name} >> {host.path('/srv/handled')}"), unless=("false",)),
        **options,
    )


def follower(deploy, **options):
    return deploy.file("/etc/b", "b\n", only_if_changed="write /etc/a", **options)


def test_a_step_is_tried_again_as_often_as_it_says(deploy, host):
    assert deploy(third_time(host, retries=2)).outcome is Outcome.CHANGED
    assert [note.text for note in deploy.said(Note)] == []
    assert len(host.said) == 2
    assert host.said[0].startswith("app: be third: sh -c")
    assert host.said[1].endswith("; again in 0.01 s (2 of 2)")


def test_a_step_that_fails_once_too_often_has_failed(deploy, host):
    ended = deploy(deploy.file("/etc/a", "a\n"), third_time(host, retries=1))
    assert (ended.outcome, ended.failed) == (Outcome.FAILED, 1)
    assert not host.path("/etc/a").exists()


def test_a_controller_that_is_gone_ends_the_attempts(deploy, host):
    machine = host.machine
    host.on_note = lambda line: machine.stop.set()
    deploy.host = type("Same", (), {"machine": machine, "home": host.home})
    ended = deploy(third_time(host, retries=5, ignore_failure="it may"))
    assert ended.outcome is Outcome.FAILED
    assert "stopped" in ended.error


def test_what_an_attempt_has_changed_before_it_failed_has_changed(deploy, host):
    count, place = host.path("/srv/count"), host.path("/srv/half")
    script = f"touch {place}; false"
    half = Command(("sh", "-c", script), creates="/srv/half")
    ended = deploy(
        Step("half", half, retries=1, delay_s=0), deploy.file("/etc/b", "b\n", only_if_changed="half")
    )
    assert not count.exists()
    assert outcomes(deploy) == {"half": Outcome.CHANGED, "write /etc/b": Outcome.CHANGED}
    assert ended.ok == 0


def test_a_program_that_takes_longer_than_its_step_may_is_ended(deploy):
    ended = deploy(Step("sleep", Command(("sleep", "60"), creates="/never"), timeout_s=0.2))
    assert ended.error == "sleep 60 ended with 124"
    assert ended.elapsed_s < 30


def test_what_comes_after_a_slow_step_has_its_own_time(deploy, host):
    slow = Step(
        "sleep", Command(("sleep", "60"), creates="/never"), timeout_s=0.2, ignore_failure="it is slow"
    )
    assert deploy(slow, noted(host, "next")).error.startswith("it still differs")
    assert deploy.handled == ["next"]


def test_a_failure_that_may_be_is_told_and_the_run_goes_on(deploy, host):
    may_fail = Step("fail", failing.resource, ignore_failure="the mirror is often down")
    ended = deploy(deploy.file("/etc/a", "a\n"), may_fail, deploy.file("/etc/b", "b\n"))
    assert (ended.outcome, ended.changed, ended.skipped, ended.failed) == (Outcome.CHANGED, 2, 1, 0)
    (told,) = [done for done in deploy.said(StepDone) if done.outcome is Outcome.SKIPPED]
    assert told.reason.startswith("it failed, which is let be (the mirror is often down): sh -c")
    assert told.output == "no luck"
    assert host.path("/etc/a").exists()
    assert "app: fail failed" in deploy.said(Note)[0].text


def test_what_a_step_that_may_fail_had_begun_is_taken_back(deploy, host):
    host.link("/etc/link", "old")
    deploy(Step("link", HalfLink("/etc/link", "new"), ignore_failure="who knows"))
    assert host.path("/etc/link").readlink().name == "old"
    assert [undone.step for undone in deploy.said(StepUndone)] == ["link"]


class HalfLink(Symlink):
    """A link that is made, and never right."""

    def apply(self, machine, change):
        super().apply(machine, change)
        if change.after == self.desired():
            raise OSError("the disk is on fire")


def test_a_step_that_follows_another_is_due_when_that_has_changed(deploy):
    steps = deploy.file("/etc/a", "a\n"), follower(deploy)
    assert deploy(*steps, check=True).changed == 2
    assert deploy(*steps).changed == 2
    again = deploy(*steps)
    assert (again.ok, again.skipped) == (1, 1)
    check = deploy(*steps, check=True)
    assert (check.ok, check.skipped) == (1, 1)


def test_a_step_may_follow_one_of_several(deploy, host):
    a, b = deploy.file("/etc/a", "a\n"), deploy.file("/etc/b", "b\n")
    deploy(a)
    ended = deploy(a, b, noted(host, "after", only_if_changed=(a, b), ignore_failure="it is always due"))
    assert deploy.handled == ["after"]
    assert ended.outcome is Outcome.CHANGED


def test_what_follows_a_change_that_stays_is_due_in_the_next_run(deploy, host):
    a = deploy.file("/etc/a", "a\n", lasting=True)
    deploy(a, failing, follower(deploy))
    assert host.path("/etc/a").exists()
    deploy(a, follower(deploy))
    assert outcomes(deploy)["write /etc/b"] is Outcome.CHANGED
    deploy(a, follower(deploy))
    assert outcomes(deploy)["write /etc/b"] is Outcome.SKIPPED


def test_what_follows_a_change_that_was_taken_back_is_not(deploy):
    deploy(deploy.file("/etc/a", "a\n"), failing, follower(deploy))
    deploy.host.write("/etc/a", "a\n")
    deploy(deploy.file("/etc/a", "a\n"), follower(deploy))
    assert outcomes(deploy)["write /etc/b"] is Outcome.SKIPPED


def test_what_follows_a_change_is_due_after_a_run_that_was_cut_short(deploy):
    a = deploy.file("/etc/a", "a\n", lasting=True)
    with pytest.raises(BaseException, match="^$"):
        deploy(a, blackout, follower(deploy))
    deploy(a, follower(deploy))
    assert outcomes(deploy)["write /etc/b"] is Outcome.CHANGED


def test_a_run_of_another_role_leaves_what_is_to_follow(deploy):
    a = deploy.file("/etc/a", "a\n", lasting=True)
    deploy(a, failing, follower(deploy))
    deploy(deploy.file("/etc/c", "c\n").in_role("other"))
    deploy(a, follower(deploy))
    assert outcomes(deploy)["write /etc/b"] is Outcome.CHANGED


def test_a_lasting_step_stays_and_is_told_when_a_later_one_fails(deploy, host):
    ended = deploy(deploy.file("/etc/a", "a\n", lasting=True, notify=handler("tell")), failing)
    assert host.path("/etc/a").exists()
    assert ended.stays == ("write /etc/a", "fail")
    assert deploy.handled == []
    deploy(deploy.file("/etc/a", "a\n", notify=handler("tell")))
    assert deploy.handled == ["tell"]


def test_a_lasting_step_stays_after_a_run_that_was_cut_short(deploy, host):
    with pytest.raises(BaseException, match="^$"):
        deploy(deploy.file("/etc/a", "a\n", lasting=True), blackout)
    deploy(deploy.file("/etc/c", "c\n"))
    assert host.path("/etc/a").exists()


def test_options_travel_with_a_plan(deploy):
    given = {"retries": 2, "delay_s": 3.5, "timeout_s": 9.0, "ignore_failure": "why", "lasting": True}
    step = deploy.file("/etc/b", "b\n", only_if_changed=(deploy.file("/etc/a", ""), "x"), **given).in_role(
        "app"
    )
    (arrived,) = Plan.from_json(json.loads(Plan((step,)).encode())).steps
    assert arrived.options == {**given, "only_if_changed": ("write /etc/a", "x")} == step.options


def test_a_plan_without_options_is_written_as_ever(deploy):
    (written,) = Plan((deploy.file("/etc/a", "a\n").in_role("app"),)).to_json()["steps"]
    assert set(written) == {"role", "name", "phase", "sensitive", "resource", "notify"}


class ShutGate:
    """The other hosts do not go on."""

    leads = True
    asked = 0

    def pass_into(self, phase):
        self.asked += 1
        raise HeldBack("the fleet stays")


def test_a_step_that_is_held_back_by_other_hosts_is_not_tried_again(deploy, host):
    gate, step = ShutGate(), third_time(host, retries=3, ignore_failure="it may").in_role("app")
    ended = Engine(host.machine, deploy.journal, deploy.events.append).carry_out(Plan((step,)), gate=gate)
    assert gate.asked == 1
    assert ended.error.startswith("the fleet stays")
