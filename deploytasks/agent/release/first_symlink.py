"""A symbolic link that is made where none is yet."""

from __future__ import annotations

from deploytasks.agent.disk.entry import read_entry
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import State
from deploytasks.agent.files.symlink import Symlink
from deploytasks.agent.frozen import frozen


@frozen
class FirstSymlink(Symlink):
    """*path* is a link; a new one points at *target*."""

    def inspect(self, machine: Machine) -> State:
        found = read_entry(machine.path(self.path))
        return self.desired() if found and found["kind"] == "symlink" else found
