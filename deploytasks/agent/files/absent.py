"""A name that shall not exist."""

from __future__ import annotations

from deploytasks.agent.disk.entry import read_entry, write_entry
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen


@frozen
class Absent(Resource):
    """*path* is absent.

    A file or link is removed, a directory only when it is empty.
    """

    path: str

    def desired(self) -> State:
        return None

    def inspect(self, machine: Machine) -> State:
        return read_entry(machine.path(self.path))

    def apply(self, machine: Machine, change: Change) -> None:
        write_entry(machine.path(self.path), change.after)
