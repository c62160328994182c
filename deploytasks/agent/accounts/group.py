"""A group of users."""

from __future__ import annotations

from typing import List, Optional

from deploytasks.agent.accounts.accounts import account_group
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen
from deploytasks.agent.given import ABSENT, require_word


@frozen
class Group(Resource):
    """The group *name* exists (groupadd(8)).

    A new one gets a *system* number or an ordinary one, or the number *gid*, which one that is there gets, too.
    With the *state* ``absent`` there is no such group. Parameters as in ansible.builtin.group.
    """

    name: str
    system: bool = True
    gid: Optional[int] = None
    state: str = "present"

    def __post_init__(self) -> None:
        require_word("state", self.state)

    def desired(self) -> State:
        if self.state == ABSENT:
            return None
        return {"group": self.name, **({} if self.gid is None else {"gid": self.gid})}

    def inspect(self, machine: Machine) -> State:
        found = account_group(machine, self.name)
        return {"group": self.name, "gid": int(found.gid)} if found else None

    def apply(self, machine: Machine, change: Change) -> None:
        if change.after is None:
            machine.run(["groupdel", "--", self.name])
        elif change.before is None:
            machine.run(["groupadd", *self._kind, *_number(change.after), "--", self.name])
        else:
            machine.run(["groupmod", *_number(change.after), "--", self.name])

    @property
    def _kind(self) -> List[str]:
        return ["--system"] if self.system else []


def _number(after: State) -> List[str]:
    return ["--gid", str((after or {})["gid"])] if "gid" in (after or {}) else []
