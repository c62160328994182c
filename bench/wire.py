"""What went over the wire: bytes to SSH's port, and the executions that sshd has logged."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass

from bench.host import Host

RULE = ["PREROUTING", "-p", "tcp", "--dport", "22"]


@dataclass(frozen=True)
class Wire:
    """Counts since the counters were set up, of all hosts together."""

    bytes_sent: int
    executions: int

    def __sub__(self, earlier: Wire) -> Wire:
        return Wire(self.bytes_sent - earlier.bytes_sent, self.executions - earlier.executions)


def set_up(host: Host) -> None:
    """Count in the table raw of *host*'s network, which no firewall rule of a job touches."""
    iptables(host, "-A", *RULE)


def counted(hosts: Iterable[Host]) -> Wire:
    """What *hosts* have counted by now."""
    totals = [(bytes_of(host), executions_of(host)) for host in hosts]
    return Wire(sum(sent for sent, _ in totals), sum(executions for _, executions in totals))


def bytes_of(host: Host) -> int:
    """With the headers of IP and TCP."""
    listing = iptables(host, "-L", "PREROUTING", "-v", "-x", "-n")
    counts = [int(line.split()[1]) for line in listing.splitlines() if "dpt:22" in line]
    return sum(counts)


def executions_of(host: Host) -> int:
    """Commands and subsystems; targets have sshd's ``LogLevel VERBOSE``."""
    host.target.run(["journalctl", "--sync"])
    log = host.target.run(["journalctl", "--unit=ssh", "--output=cat", "--no-pager"]).stdout
    return len(re.findall(r"^Starting session: ", log, re.MULTILINE))


def iptables(host: Host, *words: str) -> str:
    argv = ["nsenter", f"--net=/proc/{host.pid}/ns/net", "iptables", "-w", "-t", "raw", *words]
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout
