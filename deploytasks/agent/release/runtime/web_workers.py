"""The worker processes of web, for a server that changes their number while it runs: gunicorn's "Signal Handling".

SIGTTIN to the main process adds a worker; SIGTTOU lets the oldest finish its requests and end. Signals of one kind that
are not handled yet count once, so each is sent when the effect of the last one shows, or had time to.
"""

from __future__ import annotations

import os
import signal
from typing import FrozenSet

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.errors import StepError
from deploytasks.agent.services import systemd

HEARD_S = 2.0
STARTED_S = 30.0
FINISHED_S = 60.0


class WebWorkers:
    """The workers of the running service *unit*."""

    def __init__(self, machine: Machine, unit: str) -> None:
        self._machine = machine
        state = systemd.show(machine, unit, "MainPID", "ControlGroup")
        self._main = int(state.get("MainPID") or 0)
        self._cgroup = state.get("ControlGroup", "")

    @property
    def pids(self) -> FrozenSet[str]:
        """The processes that the main process has started itself."""
        return systemd.started_by(self._machine, str(self._main), self._cgroup)

    def become(self, number: int, known: int) -> int:
        """Make them *number*; returns how many more are still finishing their requests after a minute.

        They should be *known* now: one that is just being replaced is waited for. Raises ``StepError`` when new ones
        do not come.
        """
        self._machine.wait_until(lambda: len(self.pids) == known, HEARD_S)
        missing = number - len(self.pids)
        for _ in range(abs(missing)):
            self._signal(signal.SIGTTIN if missing > 0 else signal.SIGTTOU)
        patience_s = STARTED_S if missing > 0 else FINISHED_S
        self._machine.wait_until(lambda: len(self.pids) == number, patience_s)
        left = len(self.pids) - number
        if left < 0:
            raise StepError("%d of %d workers are there after %g s" % (number + left, number, patience_s))
        return left

    def _signal(self, kind: signal.Signals) -> None:
        before = self.pids
        os.kill(self._main, kind)
        self._machine.wait_until(lambda: self.pids != before, HEARD_S)
