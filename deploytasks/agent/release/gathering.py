"""How a host is found to be: its facts, gathered by looking."""

from __future__ import annotations

import glob
import os
import re
import socket
import sys
from typing import Any, Dict, List, Optional, Tuple

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.host.describing import os_release
from deploytasks.agent.python.own_platform import c_library
from deploytasks.agent.release.facts import Facts
from deploytasks.agent.release.layout import App
from deploytasks.agent.release.releases import current_release, kept_releases, previous_release
from deploytasks.agent.services.confinement import unable
from deploytasks.agent.web.nginx_servers import default_ports

SHARED = ("/usr/lib/systemd/libsystemd-shared-*.so", "/usr/lib/*/systemd/libsystemd-shared-*.so")


def gather(machine: Machine, app: Optional[App], ssh_connection: str) -> Facts:
    """The facts of *machine*, read from files; a program is run at the first time after a boot alone."""
    systemd = os.path.isdir(machine.path("/run/systemd/system"))
    release = os_release(machine)
    return Facts(
        distribution=release.get("ID", "linux"),
        version=release.get("VERSION_ID", ""),
        codename=release.get("VERSION_CODENAME", ""),
        architecture=os.uname().machine,
        libc=c_library(),
        hostname=os.uname().nodename,
        cpus=len(os.sched_getaffinity(0)),
        memory_mb=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // (1 << 20),
        python=sys.version.split()[0],
        pythons=_pythons(machine),
        ssh_port=ssh_port(ssh_connection),
        systemd=systemd,
        systemd_version=_systemd_version(machine),
        unable=unable(machine) if systemd else (),
        ipv6=_has_ipv6(),
        default_ports=default_ports(machine),
        **_app_facts(machine, app),
    )


def _has_ipv6() -> bool:
    try:
        socket.socket(socket.AF_INET6).close()
    except OSError:
        return False
    return True


def _systemd_version(machine: Machine) -> int:
    """By the name of the library that its programs share."""
    found = [path for pattern in SHARED for path in glob.glob(machine.path(pattern))]
    numbers = (re.search(r"-shared-(\d+)", path) for path in found)
    return max((int(number.group(1)) for number in numbers if number), default=0)


def ssh_port(ssh_connection: str) -> int:
    """The server's port in ``SSH_CONNECTION`` (ssh(1): client address, port, server address, port); 0 when unknown."""
    fields = ssh_connection.split()
    return int(fields[3]) if len(fields) == 4 and fields[3].isdigit() else 0


def _app_facts(machine: Machine, app: Optional[App]) -> Dict[str, Any]:
    if app is None:
        return {}
    current = current_release(machine, app)
    digests = {release.name: release.digest for release in kept_releases(machine, app)}
    return {
        "current": current,
        "previous": previous_release(machine, app),
        "digest": digests.get(current or ""),
    }


def _pythons(machine: Machine) -> Tuple[str, ...]:
    found: List[str] = []
    for directory in machine.environment["PATH"].split(":"):
        if os.path.isdir(directory):
            found += [name for name in os.listdir(directory) if re.fullmatch(r"python3(\.\d+)?", name)]
    return tuple(sorted({name for name in found if machine.has(name)}))
