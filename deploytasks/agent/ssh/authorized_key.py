"""A key by which a user logs in."""

from __future__ import annotations

from typing import Optional

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen
from deploytasks.agent.ssh.authorized_keys import AuthorizedKeys


@frozen
class AuthorizedKey(Resource):
    """*user* can log in by *key*, besides others.

    As ``AuthorizedKeys``, for one key.
    """

    user: str
    key: str
    state: str = "present"
    path: Optional[str] = None

    def __post_init__(self) -> None:
        self._keys  # noqa: B018 - what is no key is refused here

    @property
    def _keys(self) -> AuthorizedKeys:
        return AuthorizedKeys(self.user, (self.key,), state=self.state, path=self.path)

    def desired(self) -> State:
        return self._keys.desired()

    def inspect(self, machine: Machine) -> State:
        return self._keys.inspect(machine)

    def apply(self, machine: Machine, change: Change) -> None:
        self._keys.apply(machine, change)
