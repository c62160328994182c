"""Apache with a new configuration."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import FrozenSet

from deploytasks.agent.disk.directory_handle import reading
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Action
from deploytasks.agent.errors import StepError
from deploytasks.agent.services import systemd

UNIT = "apache2.service"
ERROR_LOG = "/var/log/apache2/error.log"
KEPT = 2000
TAKEN_WITHIN_S = 20


@dataclass(frozen=True)
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
        old, written = _processes(machine), _size(machine)
        reloaded = systemd.try_reload(machine, UNIT)
        taken = reloaded.ok and machine.wait_until(
            lambda: bool(_processes(machine) - old) or not systemd.is_active(machine, UNIT), TAKEN_WITHIN_S
        )
        # It may have ended before systemd has seen it reload.
        if not reloaded.ok or not systemd.is_active(machine, UNIT):
            said = _said_since(machine, written) or reloaded.output
            raise StepError("apache2 ended when it read its configuration", said)
        if not taken:
            raise StepError("apache2 goes on with its old configuration", _said_since(machine, written))


def _processes(machine: Machine) -> FrozenSet[str]:
    """Those that the main one has started."""
    state = systemd.show(machine, UNIT, "ControlGroup", "MainPID")
    return systemd.started_by(machine, state.get("MainPID", ""), state.get("ControlGroup", ""))


def _size(machine: Machine) -> int:
    try:
        return os.path.getsize(machine.path(ERROR_LOG))
    except OSError:
        return 0


def _said_since(machine: Machine, written: int) -> str:
    """The end of what it has written to its log beyond the first *written* bytes."""
    try:
        with reading(machine.path(ERROR_LOG), errors="replace") as file:
            file.seek(written)
            return file.read()[-KEPT:].strip()
    except OSError:
        return ""
