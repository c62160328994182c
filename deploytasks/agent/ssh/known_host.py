"""The key of another host that users of this one connect to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from typing import Dict, List, Optional

from deploytasks.agent.accounts.accounts import account
from deploytasks.agent.disk.entry import make_directory, read_directory
from deploytasks.agent.disk.part import RIGHTS, gives_back, text_of, with_whole, write_text
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.given import ABSENT, require_line, require_word
from deploytasks.agent.ssh.public_key import PublicKey, public_key

OF_ALL = "/etc/ssh/ssh_known_hosts"
OF_ONE = ".ssh/known_hosts"
HASHED = "|1|"


@frozen
class KnownHost(Resource):
    """ssh(1) on this host knows the host *name* by its *key*.

    All users do, in /etc/ssh/ssh_known_hosts; with *user* that one alone does. *name* is what is connected to, such
    as ``github.com`` or ``[git.example.org]:2222``; *key* is ``ssh-ed25519 AAAA…``, or a line of ssh-keyscan(1).
    Another key of the same type is replaced. With the *state* ``absent`` no key of *name* is there, or, if it is
    given, not that *key*. Hashed lines are understood. Parameters as in ansible.builtin.known_hosts. Raises
    ``ValueError``.
    """

    name: str
    key: str = ""
    user: str = ""
    path: Optional[str] = None
    state: str = "present"

    def __post_init__(self) -> None:
        require_word("state", self.state)
        require_line("name", self.name)
        if " " in self.name or not self.name:
            raise ValueError("name %r; expected one such as github.com or [git.example.org]:2222" % self.name)
        if self.key or self.state != ABSENT:
            self._key  # noqa: B018 - what is no key is refused here

    @property
    def _key(self) -> PublicKey:
        words = self.key.split()
        return public_key(" ".join(words[1:] if words[:1] and self._is_meant(words[0]) else words))

    def desired(self) -> State:
        return {"known": False} if self.state == ABSENT else {self._key.kind: self._key.key}

    def inspect(self, machine: Machine) -> State:
        place = self._place(machine)
        lines = text_of(place).splitlines() if place else []
        there = [line.split()[1:3] for line in lines if self._goes(line)]
        seen = {"known": bool(there), **dict(there)}
        return with_whole(place, seen) if place else seen

    def apply(self, machine: Machine, change: Change) -> None:
        place = self._place(machine)
        if place is None:
            raise StepError("there is no user %r; a step before this one makes it" % self.user)
        if gives_back(place, change.after):
            return
        rights = self._rights(machine)
        if self.user and not self.path and read_directory(os.path.dirname(place)) is None:
            make_directory(os.path.dirname(place), {**rights, "mode": "0700"})
        write_text(place, self._edited(text_of(place)), rights)

    def _edited(self, text: str) -> str:
        kept = [line for line in text.splitlines() if not self._goes(line)]
        new = [] if self.state == ABSENT else ["%s %s %s" % (self.name, self._key.kind, self._key.key)]
        return "".join("%s\n" % line for line in (*kept, *new))

    def _goes(self, line: str) -> bool:
        words = line.split()
        if len(words) < 3 or not self._is_meant(words[0]):
            return False
        if self.state == ABSENT:
            return not self.key or words[1:3] == [self._key.kind, self._key.key]
        return words[1] == self._key.kind

    def _is_meant(self, names: str) -> bool:
        """Whether *names*, the first word of a line, has ours (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT)."""
        return _is_hash_of(names, self.name) if names.startswith(HASHED) else self.name in names.split(",")

    def _place(self, machine: Machine) -> Optional[str]:
        found = account(machine, self.user) if self.user else None
        if self.user and found is None:
            return None
        return machine.path(self.path or (os.path.join(found.home, OF_ONE) if found else OF_ALL))

    def _rights(self, machine: Machine) -> Dict[str, str]:
        found = account(machine, self.user) if self.user else None
        return {**RIGHTS, "owner": self.user, "group": found.gid} if found else RIGHTS


def _is_hash_of(hashed: str, name: str) -> bool:
    parts: List[str] = hashed[len(HASHED) :].split("|")
    try:
        salt, digest = (base64.b64decode(part) for part in parts)
    except ValueError:
        return False
    return hmac.compare_digest(hmac.new(salt, name.encode("utf-8"), hashlib.sha1).digest(), digest)
