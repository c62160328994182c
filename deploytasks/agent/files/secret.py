"""A secret that the host makes and keeps."""

from __future__ import annotations

import os
import secrets
from typing import ClassVar

from deploytasks.agent.disk.directory_handle import reading
from deploytasks.agent.disk.entry import write_file
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen

BYTES = 32


@frozen
class Secret(Resource):
    """*path* holds a secret of 256 random bits.

    Root alone can read it. It is made once, and leaves the host only for those that are to have it, too (``Handed``).

    It stays when a deploy is undone: what was protected by it may be there already.
    """

    reversible: ClassVar[bool] = False
    path: str

    def desired(self) -> State:
        return {"kept": True}

    def inspect(self, machine: Machine) -> State:
        return {"kept": True} if os.path.isfile(machine.path(self.path)) else None

    def apply(self, machine: Machine, change: Change) -> None:
        del change
        write_file(machine.path(self.path), secrets.token_urlsafe(BYTES).encode("ascii"), {"mode": "0600"})


def read_secret(machine: Machine, path: str) -> str:
    """The secret at *path*; empty when there is none yet."""
    try:
        with reading(machine.path(path), "ascii") as file:
            return file.read().strip()
    except OSError:
        return ""
