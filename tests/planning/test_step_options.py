"""What the options of a step make of a plan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace

import pytest

from deploytasks import Inventory, Phase, Step, plan_for
from deploytasks.errors import PlanError
from deploytasks.planning.plan import narrowed
from deploytasks.resources import File, WaitFor


@dataclass(frozen=True)
class Vars:
    """There is nothing to choose."""


def file(name, content="", **options):
    return Step(f"write {name}", File(f"/etc/{name}", content), **options)


def plan_of(tmp_path, *steps, **more):
    (tmp_path / "inventory.ini").write_text("prod1\n")
    (host,) = Inventory.load(tmp_path / "inventory.ini").hosts
    given = {"greeting": steps, **more}
    roles = [
        SimpleNamespace(__name__=name, Vars=Vars, steps=lambda _host, _v, own=own: own)
        for name, own in given.items()
    ]
    return plan_for(host, roles)


def names(steps):
    return [step.name for step in steps]


def test_a_step_whose_condition_does_not_hold_is_skipped(tmp_path):
    plan = plan_of(tmp_path, file("a"), file("b", when=False), file("c"))
    assert (names(plan.steps), names(plan.skipped)) == (["write a", "write c"], ["write b"])
    assert plan.whole


def test_of_two_that_write_one_file_only_one_needs_to_be_due(tmp_path):
    plan = plan_of(tmp_path, file("a", "1"), file("a", "2", when=False))
    assert [step.resource.content for step in plan.steps] == ["1"]


def test_what_is_secret_in_a_skipped_step_does_not_travel(tmp_path):
    plan = plan_of(tmp_path, file("a", "hunter2", sensitive=True, when=False))
    assert plan.contents == {}
    assert "hunter2" not in plan.encode()


def test_a_step_is_skipped_by_its_condition_and_by_tags(tmp_path):
    plan = plan_of(tmp_path, file("a"), file("b", when=False), file("c"))
    assert names(narrowed(plan, lambda step: step.name == "write a").skipped) == ["write b", "write c"]


@pytest.mark.parametrize("follows", ["write a", file("a"), ("write b", file("a"))])
def test_a_step_may_follow_what_comes_before_it(tmp_path, follows):
    steps = file("a"), file("b"), file("c", only_if_changed=follows)
    assert "write a" in plan_of(tmp_path, *steps).steps[2].follows


def test_a_step_may_follow_one_that_is_skipped(tmp_path):
    assert len(plan_of(tmp_path, file("a", when=False), file("b", only_if_changed="write a")).steps) == 1


@pytest.mark.parametrize(
    "steps",
    [
        (file("b", only_if_changed="write a"), file("a")),
        (file("a", phase=Phase.FINISH), file("b", only_if_changed="write a")),
        (file("A"), file("b", only_if_changed="write a")),
    ],
    ids=["later", "of a later phase", "unknown"],
)
def test_a_step_that_follows_what_does_not_come_before_it_is_refused(tmp_path, steps):
    with pytest.raises(PlanError) as caught:
        plan_of(tmp_path, *steps)
    assert str(caught.value).startswith(
        'prod1: role greeting: "write b" has only_if_changed="write a", and no earlier step of this role is called so'
    )


def test_a_path_may_be_left_out_where_it_need_not_be(tmp_path):
    assert len(plan_of(tmp_path, Step("wait", WaitFor(port=80))).steps) == 1


def test_a_step_of_another_role_is_none_of_this_one(tmp_path):
    with pytest.raises(PlanError):
        plan_of(tmp_path, file("a"), other=[file("b", only_if_changed="write a")])


def test_tags_and_conditions_are_no_part_of_what_a_host_is_to_be(tmp_path):
    plain, tagged = (plan_of(tmp_path, replace(file("a"), tags=tags)) for tags in ((), ("db",)))
    assert plain.digest == tagged.digest
