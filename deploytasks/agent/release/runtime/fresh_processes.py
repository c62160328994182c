"""Processes that run from what is there."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import ClassVar, Iterator, List, Tuple

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen
from deploytasks.agent.release.layout import App, Release
from deploytasks.agent.release.runtime.process_units import running, units_of
from deploytasks.agent.release.runtime.runtime import UnitState, runtime_of


@frozen
class FreshProcesses(Resource):
    """All processes of *release* run with its files as they are.

    No process began before its code, environment, settings and programs were last written.

    One that did starts anew: what somebody changed by hand was put right under it. A socket stays, and connections
    wait there. What does not run is let be, and so is a time of writing that is still to come, as after a clock was
    set back.
    """

    reversible: ClassVar[bool] = False
    app_name: str
    app_root: str
    app_user: str
    release: str

    def surveyed(self) -> Tuple[str, ...]:
        return (self._release.service_unit, units_of(self._release.app))

    def desired(self) -> State:
        return {"outdated": []}

    def inspect(self, machine: Machine) -> State:
        written = max(_times_of_writing(machine, self._release), default=0.0)
        began = {state.unit: _began(state) for state in self._states(machine) if state.runs}
        return {"outdated": [unit for unit, moment in began.items() if moment < written]}

    def apply(self, machine: Machine, change: Change) -> None:
        """One that does not start is tried on: what was put right is about to be as it was."""
        runtime_of(machine).restart((change.before or {}).get("outdated", []))

    @property
    def _release(self) -> Release:
        return App(self.app_name, self.app_root, self.app_user).release(self.release)

    def _states(self, machine: Machine) -> List[UnitState]:
        web = self._release.service_unit
        others = (unit for unit in running(machine, self._release.app) if ".%s@" % self.release in unit)
        return [runtime_of(machine).state(unit) for unit in (web, *sorted(others))]


def _times_of_writing(machine: Machine, release: Release) -> Iterator[float]:
    """When each thing that processes read when they begin came to be as it is (stat(2), ``st_ctime``)."""
    yield from _time_of_building(machine, release)
    records = (release.plan, release.manifest, release.processes)
    now = time.time()
    for place in (release.path, os.path.dirname(release.command(""))):
        for found in _entries(machine.path(place)):
            path = "%s/%s" % (place, found.name)
            is_read = path == release.code or not found.is_dir(follow_symlinks=False)
            is_record = path in records or path.startswith(release.note_of(""))
            changed = found.stat(follow_symlinks=False).st_ctime
            if is_read and not is_record and changed <= now:
                yield changed


def _time_of_building(machine: Machine, release: Release) -> Iterator[float]:
    """When the environment was finished that the release uses: one that was damaged has been built anew."""
    with suppress(OSError):
        built = os.stat(machine.path(release.venv) + "/.complete").st_mtime
        if built <= time.time():
            yield built


def _entries(path: str) -> List["os.DirEntry[str]"]:
    try:
        with os.scandir(path) as found:
            return list(found)
    except OSError:
        return []


def _began(state: UnitState) -> float:
    """When its unit became active, as a time of day (s since the epoch)."""
    return time.time() - (time.monotonic() - state.since_s)
