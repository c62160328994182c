"""A systemd unit that runs, or starts at boot."""

from __future__ import annotations

from typing import Optional, Tuple

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen
from deploytasks.agent.services import systemd


@frozen
class Service(Resource):
    """The unit *name* is *running*, and *enabled* (starts at boot).

    None leaves that as it is.

    A name without a dot is a ``.service``.
    """

    name: str
    running: Optional[bool] = True
    enabled: Optional[bool] = True

    @property
    def unit(self) -> str:
        return self.name if "." in self.name else self.name + ".service"

    def surveyed(self) -> Tuple[str, ...]:
        return (self.unit,)

    def desired(self) -> State:
        wanted = {"running": self.running, "enabled": self.enabled}
        return {key: value for key, value in wanted.items() if value is not None}

    def inspect(self, machine: Machine) -> State:
        state = systemd.show(machine, self.unit, "ActiveState", "UnitFileState")
        return {
            "running": state.get("ActiveState") in systemd.RUNNING,
            "enabled": state.get("UnitFileState", "").startswith("enabled"),
        }

    def apply(self, machine: Machine, change: Change) -> None:
        after = change.after or {}
        if "enabled" in change.keys:
            systemd.start_at_boot(machine, [self.unit], enabled=after["enabled"])
        if "running" in change.keys:
            if after["running"]:
                systemd.start(machine, [self.unit])
            else:
                systemd.stop(machine, [self.unit])
