"""Who listens on which TCP port of this machine, read from proc(5)."""

from __future__ import annotations

import contextlib
import glob
import os
from typing import Dict, Iterator, Tuple

from deploytasks.agent.disk.directory_handle import reading
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.regex import regex

LISTEN = "0A"
TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
SOCKET = regex(r"socket:\[(\d+)\]")


def listeners(machine: Machine) -> Dict[str, str]:
    """Each port with the name of a program that listens there, on whatever address; ``?`` when it cannot be told.

    systemd's own name stands for a socket unit: the first process that holds a socket counts.
    """
    owners = _owners()
    return {
        port: owners.get(inode, "?") for table in TABLES for port, inode in _listening(machine.path(table))
    }


def listening_ports(machine: Machine) -> Tuple[str, ...]:
    """The ports at which somebody listens; it takes no look at who that is."""
    return tuple(port for table in TABLES for port, _ in _listening(machine.path(table)))


def _listening(table: str) -> Iterator[Tuple[str, str]]:
    """Port and socket number of each row that listens."""
    with contextlib.suppress(OSError), reading(table, "ascii") as file:
        for row in [line.split() for line in file][1:]:
            if row[3] == LISTEN:
                yield str(int(row[1].rpartition(":")[2], 16)), row[9]


def _owners() -> Dict[str, str]:
    found: Dict[str, str] = {}
    for process in sorted(filter(str.isdigit, os.listdir("/proc")), key=int):
        for link in glob.glob("/proc/%s/fd/*" % process):
            with contextlib.suppress(OSError):
                number = SOCKET.fullmatch(os.readlink(link))
                if number:
                    found.setdefault(number.group(1), _name_of(process))
    return found


def _name_of(process: str) -> str:
    with reading("/proc/%s/comm" % process, errors="replace") as file:
        return file.read().strip()
