"""A service that has something to serve, or rests."""

from __future__ import annotations

import glob
from typing import Tuple

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Action
from deploytasks.agent.frozen import frozen
from deploytasks.agent.services import systemd


@frozen
class RunIfUsed(Action):
    """*unit* runs and starts at boot as long as it is used.

    It is while a file fits one of the patterns *used_by* (glob(7)).

    Where there are none it is stopped, and starts at boot no longer; a unit that does not exist is let be.
    """

    unit: str
    used_by: Tuple[str, ...]

    def run(self, machine: Machine) -> None:
        if any(glob.glob(machine.path(pattern)) for pattern in self.used_by):
            self._serve(machine)
        else:
            self._rest(machine)

    def acts_upon(self) -> str:
        return self.unit

    def _serve(self, machine: Machine) -> None:
        systemd.read_unit_files(machine)
        systemd.start_at_boot(machine, [self.unit])
        if systemd.is_active(machine, self.unit):
            systemd.reload_or_restart(machine, self.unit)
        else:
            systemd.start(machine, [self.unit])

    def _rest(self, machine: Machine) -> None:
        """A unit whose file is gone can be stopped until systemd has read its files again."""
        state = systemd.show(machine, self.unit, "ActiveState", "UnitFileState")
        if state.get("ActiveState", "inactive") != "inactive":
            systemd.stop(machine, [self.unit])
        if state.get("UnitFileState", "").startswith("enabled"):
            systemd.start_at_boot(machine, [self.unit], enabled=False)
        systemd.read_unit_files(machine)
