"""A user that shall not exist."""

from __future__ import annotations

from typing import ClassVar

from deploytasks.agent.accounts.accounts import Account, account, account_group
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen


@frozen
class AbsentUser(Resource):
    """The user *name* and its own group are absent (userdel(8)).

    Its files stay (``User`` has a *state* ``absent`` that takes the home directory, too).

    With a *comment*, one that has another was made by somebody else, and stays; those of the first versions have
    none, and their *home*.
    """

    reversible: ClassVar[bool] = False
    name: str
    comment: str = ""
    home: str = ""

    def desired(self) -> State:
        return None

    def inspect(self, machine: Machine) -> State:
        found = account(machine, self.name)
        if found is None or (self.comment and not self._is_meant(found)):
            return None
        return {"uid": found.uid}

    def apply(self, machine: Machine, change: Change) -> None:
        del change
        machine.run(["userdel", "--", self.name])
        # userdel(8) leaves it when others, such as the web server, are members.
        if account_group(machine, self.name):
            machine.run(["groupdel", "--", self.name])

    def _is_meant(self, found: Account) -> bool:
        return found.comment == self.comment if found.comment else found.home == self.home
