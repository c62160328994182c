"""A plan that could never come to rest is not made."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from deploytasks import Inventory, Step, plan_for
from deploytasks.errors import PlanError
from deploytasks.resources import File, LastingFile

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


def test_two_steps_that_write_the_same_agree(tmp_path):
    assert len(plan_of(tmp_path, File(MOTD, "hello"), LastingFile(MOTD, "hello")).steps) == 2
