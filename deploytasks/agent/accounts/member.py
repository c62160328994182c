"""A user's membership in a group."""

from __future__ import annotations

from deploytasks.agent.accounts.accounts import account_group
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen


@frozen
class Member(Resource):
    """*user* is a member of *group*, besides its others.

    What runs as *user* has it from its next start.
    """

    user: str
    group: str

    def desired(self) -> State:
        return {"member": self.user}

    def inspect(self, machine: Machine) -> State:
        group = account_group(machine, self.group)
        return {"member": self.user} if group and self.user in group.members else None

    def apply(self, machine: Machine, change: Change) -> None:
        way = "--add" if change.after else "--delete"
        machine.run(["gpasswd", way, self.user, "--", self.group])
