"""An instance that answers."""

from __future__ import annotations

import time
from typing import ClassVar, Tuple

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError, Stopped
from deploytasks.agent.frozen import frozen
from deploytasks.agent.protocols.probe import Probe
from deploytasks.agent.release.runtime.runtime import Vigil, runtime_of

LEAST_PROBE_S = 0.5
LONGEST_PROBE_S = 10.0
ASK_AGAIN_S = 0.1


@frozen
class HttpCheck(Resource):
    """``GET`` *path* at *address* answers with one of *status*.

    *address* is a unix socket's path, or a local port.

    The answer may come *timeout_s* seconds after *unit* started. An instance that crashes
    meanwhile fails at once. The request carries *host* as its Host header and *scheme* as
    X-Forwarded-Proto, so that an app that checks them answers as it will behind the web server. A server that
    *has_workers* may not lose them all.
    """

    reversible: ClassVar[bool] = False
    unit: str
    address: str
    path: str = "/"
    host: str = "localhost"
    status: str = "200-399"
    scheme: str = "http"
    protocol: str = "http"
    timeout_s: float = 30.0
    has_workers: bool = True

    def surveyed(self) -> Tuple[str, ...]:
        return (self.unit,)

    def desired(self) -> State:
        return {"answer": "ok"}

    def inspect(self, machine: Machine) -> State:
        vigil = runtime_of(machine).vigil(self.unit, has_workers=self.has_workers)
        vigil.begin()
        # An instance that is long past its start has as much time as it had then.
        patience_s = self._left(machine) if self._left(machine) > 0 else self.timeout_s
        try:
            return {"answer": self._ask(patience_s, vigil) or "ok"}
        except Stopped:
            raise
        except StepError as broken:
            return {"answer": broken.reason, "broken": True}

    def apply(self, machine: Machine, change: Change) -> None:
        if (change.after or {}).get("answer") != "ok":
            return
        runtime = runtime_of(machine)
        if (change.before or {}).get("broken"):
            raise StepError((change.before or {})["answer"], runtime.last_words(self.unit, crashed=True))
        vigil = runtime.vigil(self.unit, has_workers=self.has_workers)
        trouble = (change.before or {}).get("answer", "no answer")
        while trouble:
            vigil.look()
            if self._left(machine) <= 0:
                raise StepError(self._complaint(machine, trouble), runtime.last_words(self.unit))
            trouble = self._ask(self._left(machine), vigil)
            time.sleep(ASK_AGAIN_S if trouble else 0)

    def _ask(self, patience_s: float, vigil: Vigil) -> str:
        probe = Probe(self.address, self.path, self.host, self.status, self.scheme, self.protocol)
        return probe.ask(max(min(patience_s, LONGEST_PROBE_S), LEAST_PROBE_S), vigil.look)

    def _left(self, machine: Machine) -> float:
        return runtime_of(machine).state(self.unit).since_s + self.timeout_s - time.monotonic()

    def _complaint(self, machine: Machine, trouble: str) -> str:
        if self._left(machine) < -2 * LONGEST_PROBE_S:  # It started long ago.
            return "%s is not healthy: %s" % (self.unit, trouble)
        hint = "; a slow start wants a larger app_health_timeout_s" if trouble.startswith("no answer") else ""
        return "%s is not healthy after %g s: %s%s" % (self.unit, self.timeout_s, trouble, hint)
