"""Apache with a new configuration."""

from __future__ import annotations

from typing import FrozenSet

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Action
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.services import systemd
from deploytasks.agent.web.complaints import Complaints

UNIT = "apache2.service"
TAKEN_WITHIN_S = 20


@frozen
class ApacheReload(Action):
    """Apache, if it runs, serves by its new configuration.

    It is asked first whether it approves of that.

    A port that somebody else has is seen at the reload only, and Apache ends because of it (httpd, "Stopping and
    Restarting Apache HTTP Server": a graceful restart gives up when it cannot open its ports).
    """

    def run(self, machine: Machine) -> None:
        done = machine.ask(["apache2ctl", "configtest"])
        if not done.ok:
            raise StepError("apache2 refuses its configuration: apache2ctl configtest", done.output)
        if systemd.is_active(machine, UNIT):
            self._reload(machine)

    def acts_upon(self) -> str:
        return UNIT

    def _reload(self, machine: Machine) -> None:
        """It has taken the configuration when it has a process that it did not have before."""
        old, complaints = _processes(machine), Complaints(machine, "apache")
        reloaded = systemd.try_reload(machine, UNIT)
        taken = reloaded.ok and machine.wait_until(
            lambda: bool(_processes(machine) - old) or not systemd.is_active(machine, UNIT), TAKEN_WITHIN_S
        )
        # It may have ended before systemd has seen it reload.
        if not reloaded.ok or not systemd.is_active(machine, UNIT):
            said = str(complaints) or reloaded.output
            raise StepError("apache2 ended when it read its configuration", said)
        if not taken:
            raise StepError("apache2 goes on with its old configuration", str(complaints))


def _processes(machine: Machine) -> FrozenSet[str]:
    """Those that the main one has started."""
    state = systemd.show(machine, UNIT, "ControlGroup", "MainPID")
    return systemd.started_by(machine, state.get("MainPID", ""), state.get("ControlGroup", ""))
