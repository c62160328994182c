"""Who listens on which TCP port of this machine, read from proc(5)."""

from __future__ import annotations

import contextlib
import glob
import os
import re
from typing import Dict, Iterator, Tuple

from deploytasks.agent.machine import Machine

LISTEN = "0A"
TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
SOCKET = re.compile(r"socket:\[(\d+)\]")
LOOPBACK = {"0100007F", "00000000000000000000000001000000"}


def listeners(machine: Machine) -> Dict[str, str]:
    """Ports that are reached from outside, with the name of a program that listens there; ``?`` when it cannot be told.

    systemd's own name stands for a socket unit.
    """
    owners = _owners()
    return {
        port: owners.get(inode, "?") for table in TABLES for port, inode in _listening(machine.path(table))
    }


def _listening(table: str) -> Iterator[Tuple[str, str]]:
    """Port and socket number of each row that listens, but for the loopback's."""
    with contextlib.suppress(OSError), open(table, encoding="ascii") as file:
        for row in [line.split() for line in file][1:]:
            address, _, port = row[1].partition(":")
            if row[3] == LISTEN and address not in LOOPBACK:
                yield str(int(port, 16)), row[9]


def _owners() -> Dict[str, str]:
    found: Dict[str, str] = {}
    for link in glob.glob("/proc/[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            number = SOCKET.fullmatch(os.readlink(link))
            if number:
                found[number.group(1)] = _name_of(link.split("/")[2])
    return found


def _name_of(process: str) -> str:
    with open("/proc/%s/comm" % process, encoding="utf-8", errors="replace") as file:
        return file.read().strip()
