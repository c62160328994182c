"""No file of a kind is there."""

from __future__ import annotations

import glob
from dataclasses import dataclass
from typing import ClassVar, Tuple

from deploytasks.agent.files.entry import remove_whole
from deploytasks.agent.machine import Machine
from deploytasks.agent.resource import Change, Resource, State


@dataclass(frozen=True)
class NoFiles(Resource):
    """Nothing is at a path that fits one of *patterns* (glob(7)); directories go as wholes."""

    reversible: ClassVar[bool] = False
    patterns: Tuple[str, ...]

    def desired(self) -> State:
        return {"files": []}

    def inspect(self, machine: Machine) -> State:
        found = {path for pattern in self.patterns for path in glob.glob(machine.path(pattern))}
        return {"files": sorted(found)}

    def apply(self, machine: Machine, change: Change) -> None:
        del machine
        for path in (change.before or {}).get("files", []):
            remove_whole(path)
