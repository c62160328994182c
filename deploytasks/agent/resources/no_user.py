"""A user that is no longer wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from deploytasks.agent.machine import Machine
from deploytasks.agent.resource import Change, Resource, State
from deploytasks.agent.system.accounts import account


@dataclass(frozen=True)
class NoUser(Resource):
    """There is no user *name*, nor a group of its own (userdel(8)); files of it stay."""

    reversible: ClassVar[bool] = False
    name: str

    def desired(self) -> State:
        return None

    def inspect(self, machine: Machine) -> State:
        found = account(machine, self.name)
        return {"uid": found.uid} if found else None

    def apply(self, machine: Machine, change: Change) -> None:
        del change
        machine.run(["userdel", "--", self.name])
