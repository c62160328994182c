"""A running instance of a release, behind its own socket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Tuple

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.release.runtime.runtime import runtime_of

UNDO_DRAIN_S = 2.0
UNDO_STOP_S = 5.0


@dataclass(frozen=True)
class Instance(Resource):
    """*socket_unit* and *service_unit* run and answer on *socket*.

    *socket* is the path of a unix socket.

    Without a *socket_unit* the service makes that socket itself.

    Being stopped, as when a deploy is undone, an instance that can first answers who is connected;
    one that hangs is killed: nobody waits half a minute for a release that is no good.
    """

    service_unit: str
    socket_unit: str
    socket: str
    timeout_s: float = 30.0

    def surveyed(self) -> Tuple[str, ...]:
        return tuple(self._units.values())

    def desired(self) -> State:
        return dict.fromkeys(self._units, "active")

    def inspect(self, machine: Machine) -> State:
        # One that crashed and will be started again counts as active: an undo has to stop it, and after a start it is
        # the HTTP check that tells the crash, with the app's own words.
        states = {kind: runtime_of(machine).state(unit) for kind, unit in self._units.items()}
        return {kind: "active" if state.is_there else "inactive" for kind, state in states.items()}

    def apply(self, machine: Machine, change: Change) -> None:
        runtime, units = runtime_of(machine), list(self._units.values())
        if (change.after or {}).get("service") == "active":
            runtime.start(units, self.timeout_s)
            return
        if (change.before or {}).get("service") == "active":
            runtime.drain(self.socket, UNDO_DRAIN_S)
        runtime.stop(units, UNDO_STOP_S)

    @property
    def _units(self) -> Dict[str, str]:
        """What is started, in this order."""
        socket = {"socket": self.socket_unit} if self.socket_unit else {}
        return {**socket, "service": self.service_unit}
