"""A directory."""

from __future__ import annotations

from deploytasks.agent.disk.entry import is_bare, read_directory, write_entry
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen


@frozen
class Directory(Resource):
    """*path* is a directory with this mode, owner and group.

    What lies in it is of no concern.

    With *keeps_mode* that of one which is there already is of no concern either.

    A link to a directory counts as one where root made it, in a directory of root's alone.
    """

    path: str
    mode: str = "0755"
    owner: str = "root"
    group: str = "root"
    keeps_mode: bool = False

    def desired(self) -> State:
        mode = {} if self.keeps_mode else {"mode": self.mode}
        return {"kind": "directory", **mode, "owner": self.owner, "group": self.group}

    def inspect(self, machine: Machine) -> State:
        return read_directory(machine.path(self.path))

    def brings_back(self, machine: Machine, before: State) -> bool:
        """One that holds something by then stays: data, or a secret, that no undo takes away.

        What was no directory has not been touched.
        """
        if before is None:
            return is_bare(machine.path(self.path))
        return bool(before["kind"] == "directory")

    def apply(self, machine: Machine, change: Change) -> None:
        new = {"mode": self.mode} if change.creates else {}
        write_entry(machine.path(self.path), {**new, **change.after} if change.after else None)
