"""The keys by which a user logs in."""

from __future__ import annotations

import os
from typing import Dict, Optional, Tuple

from deploytasks.agent.accounts.accounts import account
from deploytasks.agent.disk.entry import make_directory, read_directory
from deploytasks.agent.disk.part import gives_back, text_of, with_whole, write_text
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.given import ABSENT, require_word
from deploytasks.agent.ssh.public_key import PublicKey, is_of, public_key, public_keys

USUAL = ".ssh/authorized_keys"


@frozen
class AuthorizedKeys(Resource):
    """*user* can log in by *keys*; with *exclusive* by no others.

    Each is a line of a public key, perhaps with options before it (sshd(8), AUTHORIZED_KEYS FILE FORMAT). They
    stand in *path*, else in ~/.ssh/authorized_keys, which is made if need be. With the *state* ``absent`` none of
    them counts. Parameters as in ansible.posix.authorized_key. Raises ``ValueError`` for what is no public key.
    """

    user: str
    keys: Tuple[str, ...]
    exclusive: bool = False
    state: str = "present"
    path: Optional[str] = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", (self.keys,) if isinstance(self.keys, str) else tuple(self.keys))
        require_word("state", self.state)
        if self.exclusive and self.state == ABSENT:
            raise ValueError("exclusive keys are those that are present; leave out state='absent'")
        self._keys  # noqa: B018 - a line that is no key is refused here

    @property
    def _keys(self) -> Tuple[PublicKey, ...]:
        return tuple(map(public_key, self.keys))

    def desired(self) -> State:
        lines = {key.fingerprint: None if self.state == ABSENT else key.line for key in self._keys}
        return {**lines, "others": []} if self.exclusive else lines

    def inspect(self, machine: Machine) -> State:
        place = self._place(machine)
        there = _by_fingerprint(text_of(place)) if place else {}
        ours = {key.fingerprint: there.pop(key.fingerprint, None) for key in self._keys}
        seen = {**ours, "others": sorted(there)}
        return with_whole(place, seen) if place else seen

    def apply(self, machine: Machine, change: Change) -> None:
        place = self._place(machine)
        if not place:
            raise StepError("there is no user %r; a step before this one makes it" % self.user)
        if not gives_back(place, change.after):
            self._write(machine, place)

    def _write(self, machine: Machine, place: str) -> None:
        rights = self._rights(machine)
        if not self.path and read_directory(os.path.dirname(place)) is None:
            make_directory(os.path.dirname(place), {**rights, "mode": "0700"})
        write_text(place, self._edited(text_of(place)), rights)

    def _edited(self, text: str) -> str:
        keys = self._keys
        kept = [] if self.exclusive else [line for line in text.splitlines() if not is_of(line, keys)]
        wanted = [] if self.state == ABSENT else [key.line for key in keys]
        return "".join("%s\n" % line for line in (*kept, *wanted))

    def _place(self, machine: Machine) -> str:
        """Empty where there is no such user."""
        found = account(machine, self.user)
        if found is None:
            return ""
        return machine.path(self.path or os.path.join(found.home, USUAL))

    def _rights(self, machine: Machine) -> Dict[str, str]:
        """The file's; sshd(8) takes none that others may write to (StrictModes)."""
        found = account(machine, self.user)
        return {"mode": "0600", "owner": self.user, "group": found.gid if found else ""}


def _by_fingerprint(text: str) -> Dict[str, str]:
    """The lines of each key in *text*: one that is there twice is not as anybody wants it."""
    found: Dict[str, str] = {}
    for key in public_keys(text):
        found[key.fingerprint] = "\n".join(filter(None, (found.get(key.fingerprint), key.line)))
    return found
