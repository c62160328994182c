"""Several directories that are made and taken back together."""

from __future__ import annotations

from typing import Tuple

from deploytasks.agent.disk.entry import is_bare
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.files.directory import Directory
from deploytasks.agent.frozen import frozen


@frozen
class Directories(Resource):
    """Each of *directories* is as a ``Directory`` step would make it.

    One that lies in another stands after it. An undo takes away those that are empty, and lets be the others.
    """

    directories: Tuple[Directory, ...]

    def desired(self) -> State:
        return {directory.path: directory.desired() for directory in self.directories}

    def inspect(self, machine: Machine) -> State:
        return {directory.path: _seen(directory, machine) for directory in self.directories}

    def brings_back(self, machine: Machine, before: State) -> bool:
        differing = [directory for directory in self.directories if self._differs(directory, machine, before)]
        return not differing or any(
            directory.brings_back(machine, (before or {})[directory.path]) for directory in differing
        )

    def apply(self, machine: Machine, change: Change) -> None:
        before, after = change.before or {}, change.after or {}
        differing = [directory for directory in self.directories if directory.path in change.keys]
        for directory in differing:
            wanted = after[directory.path]
            if wanted:
                directory.apply(machine, Change(before.get(directory.path), wanted))
        for directory in reversed(differing):
            if after[directory.path] is None and is_bare(machine.path(directory.path)):
                directory.apply(machine, Change(before.get(directory.path), None))

    def _differs(self, directory: Directory, machine: Machine, before: State) -> bool:
        return bool(_seen(directory, machine) != (before or {})[directory.path])


def _seen(directory: Directory, machine: Machine) -> State:
    """What is there, without a mode that is of no concern."""
    found = directory.inspect(machine)
    if found and directory.keeps_mode:
        return {key: value for key, value in found.items() if key != "mode"}
    return found
