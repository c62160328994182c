"""The processes of an app besides web that start at boot."""

from __future__ import annotations

from typing import Tuple

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen
from deploytasks.agent.release.layout import App
from deploytasks.agent.release.runtime.process_units import NO_DIFFERENCE, Wanted, enabled
from deploytasks.agent.release.runtime.runtime import runtime_of


@frozen
class ProcessesAtBoot(Resource):
    """*release*'s processes besides web start at boot.

    Each starts as often as *counts* or a hand says.

    No others do, but for timers of processes among *timers*.
    """

    app_name: str
    app_root: str
    app_user: str
    release: str
    counts: Tuple[Tuple[str, int], ...] = ()
    timers: Tuple[str, ...] = ()

    def desired(self) -> State:
        return dict(NO_DIFFERENCE)

    def inspect(self, machine: Machine) -> State:
        return self._wanted.difference(machine, enabled(machine, self._app))

    def apply(self, machine: Machine, change: Change) -> None:
        present = enabled(machine, self._app)
        target = self._wanted.target(machine, present, change.after)
        runtime_of(machine).start_at_boot(sorted(present - target), enabled=False)
        runtime_of(machine).start_at_boot(sorted(target - present))

    @property
    def _app(self) -> App:
        return App(self.app_name, self.app_root, self.app_user)

    @property
    def _wanted(self) -> Wanted:
        return Wanted(self._app.release(self.release), self.counts, self.timers)
