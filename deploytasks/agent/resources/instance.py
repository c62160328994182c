"""A running instance of a release, behind its own socket."""

from __future__ import annotations

from dataclasses import dataclass

from deploytasks.agent import systemd
from deploytasks.agent.drain import drain
from deploytasks.agent.machine import Machine
from deploytasks.agent.resource import Change, Resource, State

UNDO_DRAIN_S = 5.0


@dataclass(frozen=True)
class Instance(Resource):
    """The units *socket_unit* and *service_unit* run, answering on the unix socket at *socket*.

    Being stopped, as when a deploy is undone, an instance first answers who is connected.
    """

    service_unit: str
    socket_unit: str
    socket: str
    timeout_s: float = 30.0

    def desired(self) -> State:
        return {"running": True}

    def inspect(self, machine: Machine) -> State:
        units = (self.socket_unit, self.service_unit)
        return {"running": all(systemd.is_active(machine, unit) for unit in units)}

    def apply(self, machine: Machine, change: Change) -> None:
        if (change.after or {}).get("running"):
            systemd.start(machine, self.socket_unit)
            systemd.start(machine, self.service_unit, self.timeout_s)
        else:
            drain(machine, self.socket, UNDO_DRAIN_S)
            systemd.stop(machine, [self.socket_unit, self.service_unit])
