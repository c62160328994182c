"""Watching a new release after traffic has come to it."""

from __future__ import annotations

import time
from typing import ClassVar, List, Optional

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Action
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.protocols.probe import Probe
from deploytasks.agent.release.runtime.runtime import Vigil, runtime_of, up
from deploytasks.agent.web.visit import Visit

LOOK_EVERY_S = 0.2
PROBE_EVERY = 5
PROBE_S = 10.0
PATIENCE = 2


@frozen
class Watch(Action):
    """*unit* stays up and answers for *seconds*.

    It fails as soon as *unit* crashes, restarts or turns unhealthy.

    Unhealthy means that two probes in a row were not answered as wanted, on its own socket or as those of a *visit*.
    Units that match *processes*, a pattern of names, have to stay up, too. A server that *has_workers* may not lose
    them all.
    """

    survives_failure: ClassVar[bool] = False
    unit: str
    address: str
    seconds: float
    path: str = "/"
    host: str = "localhost"
    status: str = "200-399"
    scheme: str = "http"
    protocol: str = "http"
    processes: str = ""
    has_workers: bool = True
    visit: Optional[Visit] = None

    def run(self, machine: Machine) -> None:
        runtime = runtime_of(machine)
        vigil = runtime.vigil(self.unit, has_workers=self.has_workers)
        vigils = [vigil, *self._vigils_of_processes(machine)]
        for each in vigils:
            each.begin()
        deadline = time.monotonic() + self.seconds
        troubles = looks = 0
        while time.monotonic() < deadline or troubles:
            for each in vigils:
                each.look()
            looks += 1
            if looks % PROBE_EVERY == 0:
                trouble = self._trouble(machine, vigil)
                troubles = troubles + 1 if trouble else 0
                if trouble and troubles >= PATIENCE:
                    raise trouble
            time.sleep(LOOK_EVERY_S)

    def _trouble(self, machine: Machine, vigil: Vigil) -> Optional[StepError]:
        """Why it is unhealthy at the moment."""
        told = self._probe.ask(PROBE_S, vigil.look)
        if told:
            words = runtime_of(machine).last_words(self.unit)
            return StepError("%s turned unhealthy: %s" % (self.unit, told), words)
        if self.visit is None:
            return None
        from deploytasks.agent.web.complaints import Complaints

        complaints = Complaints(machine, self.visit.server)
        told = self.visit.trouble(machine)
        return StepError(told, str(complaints)) if told else None

    def _vigils_of_processes(self, machine: Machine) -> List[Vigil]:
        runtime = runtime_of(machine)
        units = up(runtime, self.processes) if self.processes else []
        return [runtime.vigil(unit, has_workers=False) for unit in units]

    @property
    def _probe(self) -> Probe:
        return Probe(self.address, self.path, self.host, self.status, self.scheme, self.protocol)
