"""A file that we manage and that shall not exist."""

from __future__ import annotations

from typing import Any, Dict, Tuple

from deploytasks.agent.disk.entry import read_entry, write_entry
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen

OURS = "Managed by deploytasks."


@frozen
class AbsentManaged(Resource):
    """The file *path* that we manage is absent, with *others*.

    *others* are such as links to it. A file that somebody else wrote stays with all *others*: the first line of one
    that we manage says so.
    """

    path: str
    others: Tuple[str, ...] = ()

    def desired(self) -> State:
        return None

    def inspect(self, machine: Machine) -> State:
        own = read_entry(machine.path(self.path)) or {}
        if not is_ours(own):
            return None
        found = {path: read_entry(machine.path(path)) for path in self.others}
        return {self.path: own, **{path: entry for path, entry in found.items() if entry}}

    def apply(self, machine: Machine, change: Change) -> None:
        # The file that tells whose they are goes last, so that a run that was cut short is gone on with.
        for path in (*self.others, self.path):
            write_entry(machine.path(path), (change.after or {}).get(path))


def is_ours(entry: Dict[str, Any]) -> bool:
    """Whether the file *entry* says in its first line that we wrote it."""
    return OURS in str(entry.get("content", "")).partition("\n")[0]
