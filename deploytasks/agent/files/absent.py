"""A name that shall not exist."""

from __future__ import annotations

from deploytasks.agent.disk.entry import is_bare, read_entry, remove_whole, write_entry
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen


@frozen
class Absent(Resource):
    """*path* is absent.

    A file or link is removed, a directory only when it is empty, or with all that is in it when *recursive*: links are
    removed and not followed, and no undo brings that back. Raises ``ValueError`` for ``/``.
    """

    path: str
    recursive: bool = False

    def __post_init__(self) -> None:
        if self.recursive and not self.path.strip("/."):
            raise ValueError("path %r; expected one that a host can be without" % self.path)

    def desired(self) -> State:
        return None

    def inspect(self, machine: Machine) -> State:
        path = machine.path(self.path)
        found = read_entry(path)
        if self.recursive and found and found["kind"] == "directory" and not is_bare(path):
            found["held"] = True
        return found

    def brings_back(self, machine: Machine, before: State) -> bool:
        """All but a directory that held something."""
        del machine
        return not (before or {}).get("held")

    def apply(self, machine: Machine, change: Change) -> None:
        if self.recursive and change.after is None:
            remove_whole(machine.path(self.path))
        else:
            write_entry(machine.path(self.path), change.after)
