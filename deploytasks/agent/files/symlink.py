"""A symbolic link."""

from __future__ import annotations

from deploytasks.agent.disk.entry import read_entry, write_entry
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen


@frozen
class Symlink(Resource):
    """*path* points at *target*.

    Readers see the old target or the new one, never neither.
    """

    path: str
    target: str

    def desired(self) -> State:
        return {"kind": "symlink", "target": self.target}

    def inspect(self, machine: Machine) -> State:
        return read_entry(machine.path(self.path))

    def apply(self, machine: Machine, change: Change) -> None:
        write_entry(machine.path(self.path), change.after)
