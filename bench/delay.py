"""A round trip's time between this machine and a host: the kernel's netem, or packets held back by a process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from bench.host import Host
from bench.places import ROOT

NETEM = "netem on the host's interface"
HOLDER = "bench/hold.py, as the kernel has no netem: each packet of the host to this machine is held back"


@contextmanager
def delayed(hosts: tuple[Host, ...], rtt_ms: int) -> Iterator[str]:
    """While inside, each round trip takes *rtt_ms* longer; yields by what means, empty for 0 ms.

    The whole delay is on the way back: TCP sees the round trip only, so its handshake, slow start and
    acknowledgements behave as over such a line.
    """
    if rtt_ms == 0:
        yield ""
    elif all(netem(host, rtt_ms) for host in hosts):
        yield NETEM
        for host in hosts:
            inside(host, "tc", "qdisc", "del", "dev", "eth0", "root")
    else:
        with held_back(hosts, rtt_ms):
            yield HOLDER


def netem(host: Host, rtt_ms: int) -> bool:
    """Whether the kernel took it (tc-netem(8))."""
    words = (
        "tc",
        "qdisc",
        "replace",
        "dev",
        "eth0",
        "root",
        "netem",
        "delay",
        f"{rtt_ms}ms",
        "limit",
        "10000",
    )
    return inside(host, *words).returncode == 0


@contextmanager
def held_back(hosts: tuple[Host, ...], rtt_ms: int) -> Iterator[None]:
    holders = [start_holder(host, rtt_ms) for host in hosts]
    try:
        yield
    finally:
        for holder in holders:
            with suppress(ProcessLookupError):
                holder.terminate()
            holder.communicate()


def start_holder(host: Host, rtt_ms: int) -> subprocess.Popen[str]:
    """It holds packets back when it has said so."""
    inside(host, "ping", "-c", "1", host.gateway)
    words = [sys.executable, "-m", "bench.hold", host.address, host.gateway, str(rtt_ms)]
    holder = subprocess.Popen(
        [*namespace(host), *words], cwd=ROOT, env=dict(os.environ), stdout=subprocess.PIPE, text=True
    )
    if holder.stdout is None or holder.stdout.readline().strip() != "ready":
        raise OSError(f"{host.name}: nothing holds its packets back\nread the messages above")
    return holder


def inside(host: Host, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command of this machine in *host*'s network."""
    return subprocess.run([*namespace(host), *words], check=False, capture_output=True, text=True)


def namespace(host: Host) -> list[str]:
    return ["nsenter", f"--net=/proc/{host.pid}/ns/net"]
