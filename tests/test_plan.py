"""A plan that could never come to rest is not made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace

import pytest

from deploytasks import Inventory, Step, plan_for
from deploytasks.errors import PlanError
from deploytasks.resources import File, LastingFile
from deploytasks.standard import standard_roles
from tests.roles.rendered import DEFAULT, FACTS, host_with, plan_with

MOTD = "/etc/motd"


@dataclass(frozen=True)
class Vars:
    """There is nothing to choose."""


def plan_of(tmp_path, *resources):
    """The plan of a role ``greeting`` whose steps, first, second and so on, have *resources*."""
    (tmp_path / "inventory.ini").write_text("prod1\n")
    (host,) = Inventory.load(tmp_path / "inventory.ini").hosts
    steps = [Step(f"step {number}", resource) for number, resource in enumerate(resources, 1)]
    role = SimpleNamespace(__name__="greeting", Vars=Vars, steps=lambda _host, _v: steps)
    return plan_for(host, [role])


@pytest.mark.parametrize("other", [File(MOTD, "goodbye"), File(MOTD, "hello", mode="0600")])
def test_two_steps_that_write_one_file_differently_are_refused(tmp_path, other):
    with pytest.raises(PlanError) as caught:
        plan_of(tmp_path, File(MOTD, "hello"), File("/etc/issue", "hello"), other)
    assert str(caught.value) == (
        f'prod1: {MOTD} is written by two steps, differently: "step 1" of greeting and "step 3" of greeting; '
        "let one of them write it"
    )


def test_what_of_the_serving_release_is_put_right_starts_anew():
    new = plan_with(DEFAULT)
    host = host_with(DEFAULT)
    host = replace(host, facts=replace(FACTS, current=new.release, digest=new.digest))
    again = plan_for(host, standard_roles(host))
    assert (again.release, again.digest) == (new.release, new.digest)
    restart = f"restart what runs of {new.release}"
    assert restart not in {handler.name for step in new.steps for handler in step.handlers}
    restarting = {step.name for step in again.steps if restart in [handler.name for handler in step.handlers]}
    read_at_the_start = {
        "lay out the code",
        "write the environment",
        "configure gunicorn",
        "define the service unit",
    }
    assert read_at_the_start <= restarting
    assert restarting.isdisjoint({"record the plan", "write the site", "make the user", "send traffic to it"})


def test_two_steps_that_write_the_same_agree(tmp_path):
    assert len(plan_of(tmp_path, File(MOTD, "hello"), LastingFile(MOTD, "hello")).steps) == 2
