"""The processes of an app: those that a release has, and the units that are theirs.

``<app>@<release>.service`` is web. ``<app>.<process>.<release>@<number>.service`` is one of the others.
``<app>.<process>.timer`` starts one with a schedule, as ``<app>.<process>.service``. The names of apps, processes
and releases have no dot, so each unit is of one app and of one process.
"""

from __future__ import annotations

import json
from typing import Any, Dict, FrozenSet, Iterable, List, Mapping, Sequence, Tuple

from deploytasks.agent.disk.directory_handle import reading
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import State
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.release.layout import App, Release
from deploytasks.agent.release.runtime.runtime import runtime_of, up
from deploytasks.agent.release.scale import by_hand

WEB = "web"
RELEASE = "release"
"""The process of a Procfile that runs once, before its release serves."""
ALONE = ("beat", "clock")
"""Processes that would do everything twice if there were two of them."""

Counts = Sequence[Tuple[str, int]]


def processes_of(machine: Machine, release: Release) -> Dict[str, Dict[str, Any]]:
    """What *release* says of each of its processes, web first; web alone when it says nothing."""
    try:
        with reading(machine.path(release.processes)) as file:
            listed = json.load(file)
    except (OSError, ValueError):
        listed = {}
    return {WEB: {}, **listed}


def lasting(listed: Mapping[str, Mapping[str, Any]]) -> Dict[str, Mapping[str, Any]]:
    """Of the *listed* processes those that can be started and stopped; others run when a release is deployed."""
    return {name: about for name, about in listed.items() if about or name == WEB}


def require_process(listed: Iterable[str], name: str) -> str:
    """*name*, which has to be *listed*; otherwise ``StepError`` tells the nearest name, or all of them."""
    names = list(listed)
    if name not in names:
        raise StepError("no process here is called %s; %s" % (name, nearest(name, names)))
    return name


def nearest(name: str, names: Sequence[str]) -> str:
    """Which of *names* somebody probably meant by *name*, else which there are."""
    from difflib import get_close_matches

    near = get_close_matches(name, names, n=1)
    return 'did you mean "%s"?' % near[0] if near else "there is %s" % (", ".join(names) or "no other")


def process_of(app: App, unit: str) -> str:
    """The process whose unit *unit* is; empty for a unit of somebody else."""
    name = unit.partition("@")[0]
    if name == app.name:
        return WEB
    first, dot, rest = unit.partition(".")
    return rest.partition(".")[0] if dot and first == app.name and "." in rest else ""


@frozen
class Wanted:
    """The units of one release's processes besides web: *counts* are the inventory's, *timers* have schedules."""

    release: Release
    counts: Counts
    timers: Sequence[str] = ()

    def services(self, machine: Machine) -> List[str]:
        """One unit for each of the processes, in the numbers that were set by hand, else in the inventory's."""
        scaled = by_hand(machine, self.release.app)
        numbers = ((name, range(1, scaled.get(name, count) + 1)) for name, count in self.counts)
        return [self.release.process_unit(name, str(number)) for name, each in numbers for number in each]

    def difference(self, machine: Machine, present: FrozenSet[str]) -> State:
        """How *present* differs from what is wanted; timers may be missing, they are started elsewhere."""
        services = self.services(machine)
        timers = {self.release.app.timer(name) for name in self.timers}
        return {
            "missing": [unit for unit in services if unit not in present],
            "surplus": sorted(present - {*services, *timers}),
        }

    def target(self, machine: Machine, present: FrozenSet[str], state: State) -> FrozenSet[str]:
        """The units that have to be there for the difference to be *state*; timers stay as they are."""
        then: Mapping[str, List[str]] = state or {}
        timers = present & {self.release.app.timer(name) for name in self.timers}
        wanted = {*self.services(machine), *timers, *then.get("surplus", ())}
        return frozenset(wanted - {*then.get("missing", ())})


NO_DIFFERENCE: Dict[str, List[str]] = {"missing": [], "surplus": []}


def units_of(app: App) -> str:
    """The pattern of the units of *app*'s processes besides web."""
    return app.name + ".*"


def running(machine: Machine, app: App) -> FrozenSet[str]:
    """The services and timers of *app*'s processes besides web that run, or will again; not the timers' jobs."""
    return frozenset(unit for unit in up(runtime_of(machine), units_of(app)) if _lasts(app, unit))


def enabled(machine: Machine, app: App) -> FrozenSet[str]:
    """Those of *app*'s processes besides web that start at boot."""
    return frozenset(unit for unit in runtime_of(machine).at_boot() if _lasts(app, unit))


def defined(machine: Machine, app: App) -> List[str]:
    """The units of *app*'s processes besides web that are defined."""
    return sorted(unit for unit in runtime_of(machine).defined() if _is_of_process(app, unit))


def _lasts(app: App, unit: str) -> bool:
    return _is_of_process(app, unit) and ("@" in unit or unit.endswith(".timer"))


def _is_of_process(app: App, unit: str) -> bool:
    return process_of(app, unit) not in ("", WEB, RELEASE) and unit.endswith((".service", ".timer"))
