"""Which restrictions of a unit a host cannot make, such as a container that may have no namespaces of users."""

from __future__ import annotations

from typing import Tuple

from deploytasks.agent.disk.entry import read_entry, write_file
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.services.transient import transient

TRIED = (
    *("PrivateUsers=yes", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes", "PrivateDevices=yes"),
    *(
        "ProtectHostname=yes",
        "ProtectKernelTunables=yes",
        "ProtectKernelLogs=yes",
        "ProtectControlGroups=yes",
    ),
)
"""What wants namespaces, or mounts; systemd passes in silence over what it cannot do of the rest."""
REFUSED = (217, 226)
"""The exit statuses USER and NAMESPACE (systemd.exec(5))."""
FOUND = "/run/deploytasks-unable"
"""What was found since the boot."""


def unable(machine: Machine) -> Tuple[str, ...]:
    """The directives of units that systemd fails to carry out here, found out once after each boot."""
    found = read_entry(machine.path(FOUND))
    if found is not None:
        return tuple(found.get("content", "").split())
    refused = tuple(one for one in TRIED if _is_refused(machine, one)) if _is_refused(machine, *TRIED) else ()
    write_file(machine.path(FOUND), " ".join(refused).encode("ascii"), {"mode": "0644"})
    return refused


def _is_refused(machine: Machine, *directives: str) -> bool:
    return machine.ask([*transient(("--wait",), directives), "true"]).status in REFUSED
