"""How many copies of files are kept for services that outlive releases."""

from __future__ import annotations

import os
from typing import ClassVar, List

from deploytasks.agent.disk.entry import remove_whole
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen


@frozen
class CopyRetention(Resource):
    """*directory* holds only the copies that releases use.

    A release in *releases* lists them in its ``copies``.
    """

    reversible: ClassVar[bool] = False
    directory: str
    releases: str

    def desired(self) -> State:
        return {"surplus": []}

    def inspect(self, machine: Machine) -> State:
        return {"surplus": self._surplus(machine)}

    def apply(self, machine: Machine, change: Change) -> None:
        for name in (change.before or {}).get("surplus", []):
            remove_whole(machine.path("%s/%s" % (self.directory, name)))

    def _surplus(self, machine: Machine) -> List[str]:
        releases, directory = machine.path(self.releases), machine.path(self.directory)
        kept = {
            name for release in _names(releases) for name in _names(os.path.join(releases, release, "copies"))
        }
        found = [name for name in _names(directory) if os.path.isdir(os.path.join(directory, name))]
        return sorted(set(found) - kept)


def _names(directory: str) -> List[str]:
    return os.listdir(directory) if os.path.isdir(directory) else []
