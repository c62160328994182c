"""How a host is found to be: what describes it, seen by looking."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import sys
from typing import Dict, Iterator, List

from deploytasks.agent.disk.directory_handle import reading
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.host.description import Address, Description, Mount
from deploytasks.agent.services.system import states_of_services

BOOT = "/proc/sys/kernel/random/boot_id"
NOT_ON_DISK = {
    "autofs",
    "cgroup",
    "cgroup2",
    "devpts",
    "devtmpfs",
    "mqueue",
    "overlay",
    "proc",
    "sysfs",
    "tmpfs",
}
CLOUDS = {
    "Amazon EC2": "aws",
    "DigitalOcean": "digitalocean",
    "Google": "gcp",
    "Hetzner": "hetzner",
    "Microsoft Corporation": "azure",
    "OpenStack Foundation": "openstack",
    "Scaleway": "scaleway",
    "Vultr": "vultr",
}
"""By what the firmware names as the maker of the machine (SMBIOS, ``sys_vendor``)."""
MIB = 1 << 20
START = 19
"""When a process started, behind its name (proc(5), /proc/pid/stat)."""


def description_of(machine: Machine) -> Description:
    """What *machine* is like; what a host does not tell is empty or 0."""
    release, memory, name = os_release(machine), _memory(machine), os.uname()
    return Description(
        hostname=name.nodename,
        domain=socket.getfqdn().partition(".")[2],
        distribution=release.get("ID", "linux"),
        version=release.get("VERSION_ID", ""),
        codename=release.get("VERSION_CODENAME", ""),
        kernel=name.release,
        architecture=name.machine,
        virtualization=_said(machine, "systemd-detect-virt"),
        cloud=CLOUDS.get(_line(machine, "/sys/class/dmi/id/sys_vendor"), ""),
        boot=boot_of(machine),
        up_s=int(float((_line(machine, "/proc/uptime").split() or ["0"])[0])),
        timezone=_timezone(machine),
        cpus=len(os.sched_getaffinity(0)),
        memory_mb=memory.get("MemTotal", 0),
        memory_free_mb=memory.get("MemAvailable", 0),
        swap_mb=memory.get("SwapTotal", 0),
        python=sys.version.split()[0],
        addresses=tuple(_addresses(machine)),
        mounts=tuple(_mounts(machine)),
        users=tuple(_users()),
        services=states_of_services(machine),
        packages=_packages(machine),
    )


def boot_of(machine: Machine) -> str:
    """What tells this run of the host from all others: the kernel's (random(4)), and in a container its own start."""
    fields = _line(machine, "/proc/1/stat").rpartition(")")[2].split()
    return "-".join(filter(None, (_line(machine, BOOT), *fields[START : START + 1])))


def os_release(machine: Machine) -> Dict[str, str]:
    """The pairs of /etc/os-release (os-release(5)); none where it is not there."""
    pairs = (line.strip().partition("=") for line in _lines(machine, "/etc/os-release"))
    return {name: value.strip("\"'") for name, _, value in pairs}


def _memory(machine: Machine) -> Dict[str, int]:
    """The sizes of /proc/meminfo, in MiB."""
    pairs = (line.split()[:2] for line in _lines(machine, "/proc/meminfo"))
    return {name.rstrip(":"): int(size) // 1024 for name, size in pairs}


def _timezone(machine: Machine) -> str:
    place = machine.path("/etc/localtime")
    if os.path.islink(place):
        return os.readlink(place).partition("zoneinfo/")[2]
    return _line(machine, "/etc/timezone")


def _addresses(machine: Machine) -> Iterator[Address]:
    """By ip-address(8), in its form of a line each."""
    for line in _said(machine, "ip", "-oneline", "address", "show").splitlines():
        words = line.split()
        if len(words) > 3 and words[2] in ("inet", "inet6"):
            address, _, prefix = words[3].partition("/")
            yield Address(words[1], address, int(prefix or 0))


def _mounts(machine: Machine) -> Iterator[Mount]:
    """Those of /proc/mounts (proc(5)) that are the root, or lie on a disk; each once."""
    seen: List[str] = []
    for line in _lines(machine, "/proc/mounts"):
        source, path, kind = line.split()[:3]
        path = path.encode("latin-1", "replace").decode("unicode_escape")
        if path in seen or (kind in NOT_ON_DISK and path != "/") or not os.path.isdir(path):
            continue
        seen.append(path)
        used = shutil.disk_usage(machine.path(path))
        if used.total:
            yield Mount(path, source, kind, used.total // MIB, used.free // MIB)


def _users() -> Iterator[str]:
    """Those that the host knows, from wherever: also a directory of the network (nsswitch.conf(5))."""
    return (one.pw_name for one in pwd.getpwall() if one.pw_uid == 0 or 1000 <= one.pw_uid < 65534)


def _packages(machine: Machine) -> Dict[str, str]:
    argv = ("dpkg-query", "--show", "--showformat=${db:Status-Abbrev}${Package} ${Version}\\n")
    rows = (line[3:].split(" ") for line in _said(machine, *argv).splitlines() if line.startswith("ii"))
    return dict(row for row in rows if len(row) == 2)


def _said(machine: Machine, *argv: str) -> str:
    """What a program says; nothing where it is not there. Some of them fail in saying it."""
    return machine.ask(argv).stdout.strip("\n") if machine.has(argv[0]) else ""


def _line(machine: Machine, path: str) -> str:
    return next(iter(_lines(machine, path)), "").strip()


def _lines(machine: Machine, path: str) -> List[str]:
    try:
        with reading(machine.path(path), errors="replace") as file:
            return file.readlines()
    except OSError:
        return []
