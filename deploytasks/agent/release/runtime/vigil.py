"""Whether an instance stays what it was: same main process, no restart, one of its first workers alive.

``Type=notify`` proves nothing: gunicorn says READY before its workers have imported the app.
"""

from __future__ import annotations

from typing import FrozenSet, Mapping, Optional

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.errors import StepError
from deploytasks.agent.release.runtime.workers import workers
from deploytasks.agent.services.last_words import last_words
from deploytasks.agent.services.systemd import STAYING, program_of, show, show_now


class UnitVigil:
    """Watches *unit* from now on; ``look`` raises ``StepError`` with the app's last words when it broke.

    Its workers are not all to be replaced by others, unless not *has_workers*: a server whose app crashes starts them
    again and again. What a start script has started before it became the server does not count.
    """

    def __init__(self, machine: Machine, unit: str, *, has_workers: bool = True) -> None:
        self._machine = machine
        self._unit = unit
        self._has_workers = has_workers
        self._restarts = 0
        self._main: Optional[str] = None
        self._program = ""
        self._workers: FrozenSet[str] = frozenset()

    def look(self) -> None:
        """Raise ``StepError`` when the instance has crashed, restarted or lost all the workers that it had."""
        self._machine.heed_stop()
        state = show_now(
            self._machine,
            self._unit,
            *("ActiveState", "SubState", "MainPID", "NRestarts", "Result", "ControlGroup"),
        )
        # One that waits for its next start is activating.
        if state.get("ActiveState") not in STAYING or state.get("SubState", "").startswith("auto-restart"):
            self._broken("ended (%s)" % state.get("Result", "unknown"))
        if int(state.get("NRestarts") or 0) > self._restarts:
            self._broken("crashed and was restarted by systemd")
        if self._main not in (None, "0", state.get("MainPID")):
            self._broken("lost its main process")
        self._main = state.get("MainPID")
        if self._has_workers:
            self._look_at_workers(state)

    def begin(self) -> None:
        """Take what runs now as what has to stay; earlier restarts do not count."""
        state = show(self._machine, self._unit, "NRestarts", "ControlGroup", "MainPID")
        self._restarts = int(state.get("NRestarts") or 0)
        self._main = state.get("MainPID")
        if self._has_workers:
            self._take(state)

    def _look_at_workers(self, state: Mapping[str, str]) -> None:
        if not self._workers or program_of(state.get("MainPID", "")) != self._program:
            self._take(state)
            return
        # One that has become another program, as a start script's child does, is not lost.
        are_gone = not any(map(program_of, self._workers))
        if are_gone and self._workers_now(state):
            self._broken("lost all its workers", crashed=False)

    def _take(self, state: Mapping[str, str]) -> None:
        """Those who work now are the first workers; where none does, the next that do."""
        self._program = program_of(state.get("MainPID", ""))
        self._workers = self._workers_now(state)

    def _workers_now(self, state: Mapping[str, str]) -> FrozenSet[str]:
        return workers(self._machine, self._unit, state.get("MainPID", ""), state.get("ControlGroup", ""))

    def _broken(self, what: str, *, crashed: bool = True) -> None:
        said = last_words(self._machine, self._unit, crashed=crashed)
        raise StepError("%s %s" % (self._unit, what), said)
