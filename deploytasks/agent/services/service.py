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

    A name without a dot is a ``.service``. One that is *masked* nobody starts, nor anything else (systemctl(1)
    ``mask``); it is neither running nor enabled. As ansible.builtin.systemd_service; what is to start anew when
    something has changed is a ``Restart`` or a ``Reload``. Raises ``ValueError``.
    """

    name: str
    running: Optional[bool] = True
    enabled: Optional[bool] = True
    masked: Optional[bool] = None

    def __post_init__(self) -> None:
        if self.masked and (self.running or self.enabled):
            raise ValueError("a masked unit cannot start: give running=False and enabled=False, or None, too")

    @property
    def unit(self) -> str:
        return self.name if "." in self.name else self.name + ".service"

    def surveyed(self) -> Tuple[str, ...]:
        return (self.unit,)

    def desired(self) -> State:
        wanted = {"running": self.running, "enabled": self.enabled, "masked": self.masked}
        return {key: value for key, value in wanted.items() if value is not None}

    def inspect(self, machine: Machine) -> State:
        state = systemd.show(machine, self.unit, "ActiveState", "UnitFileState")
        return {
            "running": state.get("ActiveState") in systemd.RUNNING,
            "enabled": state.get("UnitFileState", "").startswith("enabled"),
            "masked": state.get("UnitFileState", "").startswith("masked"),
        }

    def apply(self, machine: Machine, change: Change) -> None:
        after = change.after or {}
        if "masked" in change.keys and not after["masked"]:
            systemd.mask(machine, self.unit, masked=False)
        if "enabled" in change.keys:
            systemd.start_at_boot(machine, [self.unit], enabled=after["enabled"])
        if "running" in change.keys:
            if after["running"]:
                systemd.start(machine, [self.unit])
            else:
                systemd.stop(machine, [self.unit])
        if "masked" in change.keys and after["masked"]:
            systemd.mask(machine, self.unit)
