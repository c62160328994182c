"""Files of a kind, of which one may be."""

from __future__ import annotations

import glob
from typing import Any, Dict

from deploytasks.agent.disk.entry import read_entry, write_entry
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen


@frozen
class OnlyFile(Resource):
    """Of the files that fit *pattern* (glob(7)) there is none but *kept*.

    It is another resource that says what *kept* holds.
    """

    pattern: str
    kept: str = ""

    def desired(self) -> State:
        return None

    def inspect(self, machine: Machine) -> State:
        root = machine.path("/").rstrip("/")
        found: Dict[str, Any] = {
            place[len(root) :]: read_entry(place) for place in glob.glob(machine.path(self.pattern))
        }
        found.pop(self.kept, None)
        return found or None

    def apply(self, machine: Machine, change: Change) -> None:
        wanted = change.after or {}
        for path in {**(change.before or {}), **wanted}:
            write_entry(machine.path(path), wanted.get(path))
