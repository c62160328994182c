"""A group of users."""

from __future__ import annotations

from deploytasks.agent.accounts.accounts import account_group
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen


@frozen
class Group(Resource):
    """The group *name* exists (groupadd(8)).

    A new one gets a *system* number or an ordinary one.
    """

    name: str
    system: bool = True

    def desired(self) -> State:
        return {"group": self.name}

    def inspect(self, machine: Machine) -> State:
        return {"group": self.name} if account_group(machine, self.name) else None

    def apply(self, machine: Machine, change: Change) -> None:
        if change.after is None:
            machine.run(["groupdel", "--", self.name])
        else:
            machine.run(["groupadd", *(["--system"] if self.system else []), "--", self.name])
