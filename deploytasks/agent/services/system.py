"""The system as a whole, as systemd runs it: what its services are at, and its next start."""

from __future__ import annotations

from typing import Dict

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.errors import StepError

SERVICES = ("systemctl", "list-units", "--type=service", "--all", "--plain", "--no-legend", "--no-pager")
SOON = (
    "systemd-run",
    "--collect",
    "--on-active=1",
    "--timer-property=AccuracySec=100ms",
    "systemctl",
    "reboot",
)
"""A second later, so that a conversation ends as others do (systemd-run(1))."""


def states_of_services(machine: Machine) -> Dict[str, str]:
    """Whether each service is active, by its unit (systemctl(1)); none where there is no systemd."""
    rows = (line.split() for line in machine.ask(SERVICES).stdout.splitlines())
    return {row[0]: row[2] for row in rows if len(row) > 2}


def reboot_soon(machine: Machine) -> None:
    """Have the system start anew within two seconds; raises ``StepError`` where it cannot."""
    done = machine.ask(SOON)
    if not done.ok:
        raise StepError("it does not reboot", done.output)
