"""Files of a kind that shall not exist."""

from __future__ import annotations

import glob
import os
from typing import ClassVar, Tuple

from deploytasks.agent.disk.entry import is_bare, remove_entry, remove_whole
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen
from deploytasks.agent.release.owner import adopted_by


@frozen
class AbsentFiles(Resource):
    """All that fits *patterns* (glob(7)) is absent; directories go as wholes.

    Where one is a link to a directory elsewhere, the link goes, and what stays is told. The directories *rooms* go with
    what was in them, unless something else is. What *app* has taken over from somebody stays (see ``Claim``), with all
    that is in it.
    """

    reversible: ClassVar[bool] = False
    patterns: Tuple[str, ...]
    rooms: Tuple[str, ...] = ()
    app: str = ""

    def desired(self) -> State:
        return {"files": []}

    def inspect(self, machine: Machine) -> State:
        found = {path for pattern in self.patterns for path in glob.glob(machine.path(pattern))}
        kept = tuple(map(machine.path, adopted_by(machine, self.app))) if self.app else ()
        free = {path for path in found if not _is_below(path, kept)}
        return {"files": sorted(free.union(self._empty_rooms(machine)))}

    def apply(self, machine: Machine, change: Change) -> None:
        files = tuple((change.before or {}).get("files", []))
        for path in files:
            place = os.path.realpath(path)
            if os.path.islink(path) and os.path.isdir(place) and not _is_below(place, files):
                machine.say("%s was a link to %s, which stays" % (path, place))
            remove_whole(path)
        for path in self._empty_rooms(machine):
            remove_entry(path)

    def _empty_rooms(self, machine: Machine) -> Tuple[str, ...]:
        places = map(machine.path, self.rooms)
        return tuple(place for place in places if os.path.isdir(place) and is_bare(place))


def _is_below(path: str, places: Tuple[str, ...]) -> bool:
    return any(path == place or path.startswith(place + "/") for place in places)
