"""The running processes of an app besides web."""

from __future__ import annotations

from typing import Tuple

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen
from deploytasks.agent.release.layout import App
from deploytasks.agent.release.runtime.process_units import NO_DIFFERENCE, Wanted, running, units_of
from deploytasks.agent.release.runtime.runtime import runtime_of

LAST_MOMENTS_S = 10.0
"""How long after its own time limit a runtime may take to end what does not end by itself."""


@frozen
class Processes(Resource):
    """Only *release*'s processes run of those besides web.

    Each runs as often as *counts* or a hand says.

    Others end before these start, so nothing runs twice at once: they get SIGTERM, and *drain_s* seconds for the work
    that they have. A timer whose process is not among *timers* is stopped; the job that it has started goes on.
    """

    app_name: str
    app_root: str
    app_user: str
    release: str
    counts: Tuple[Tuple[str, int], ...] = ()
    timers: Tuple[str, ...] = ()
    drain_s: float = 30.0

    def surveyed(self) -> Tuple[str, ...]:
        return (units_of(self._app),)

    def desired(self) -> State:
        return dict(NO_DIFFERENCE)

    def inspect(self, machine: Machine) -> State:
        return self._wanted.difference(machine, running(machine, self._app))

    def apply(self, machine: Machine, change: Change) -> None:
        runtime, present = runtime_of(machine), running(machine, self._app)
        target = self._wanted.target(machine, present, change.after)
        runtime.stop(sorted(present - target), self.drain_s + LAST_MOMENTS_S)
        # What ran before a deploy that is undone may have been crashing then, too.
        start = runtime.start if change.after == NO_DIFFERENCE else runtime.let_start
        start(sorted(target - present))

    @property
    def _app(self) -> App:
        return App(self.app_name, self.app_root, self.app_user)

    @property
    def _wanted(self) -> Wanted:
        return Wanted(self._app.release(self.release), self.counts, self.timers)
