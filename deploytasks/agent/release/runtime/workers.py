"""The workers of an instance: the processes that a server has started of its own kind, to serve in its place.

What an app or a start script starts besides, a program of another file, is no worker: it comes and ends as it likes.
"""

from __future__ import annotations

from typing import FrozenSet, Iterable

from deploytasks.agent.disk.directory_handle import reading
from deploytasks.agent.docker.engine import processes_in
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.release.layout import container_of
from deploytasks.agent.services.systemd import parent_of, pids, program_of

CLIENTS = "docker"
"""Begins the names of the programs that stand for a container in its unit."""
HELPERS = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")
"""Stand in the command lines of what Python starts beside its workers."""


def workers(machine: Machine, unit: str, main: str, cgroup: str) -> FrozenSet[str]:
    """The processes that serve for *main*, the first of *unit*: of its container if it has one, else of *cgroup*."""
    if _command(main).startswith(CLIENTS):
        return of_a_servers_kind(processes_in(machine, container_of(unit)))
    return of_a_servers_kind(pids(machine, cgroup) - {main})


def of_a_servers_kind(numbers: Iterable[str]) -> FrozenSet[str]:
    """Those of the processes *numbers* that run the program of their parent, which is the first to run it."""
    return frozenset(number for number in numbers if _works(number))


def _works(number: str) -> bool:
    program, server = program_of(number), parent_of(number)
    if not program or program != program_of(server) or program == program_of(parent_of(server)):
        return False
    return not any(helper in _command_line(number) for helper in HELPERS)


def _command_line(pid: str) -> str:
    """What the process *pid* was started with (proc(5)); empty when there is no such process."""
    try:
        with reading("/proc/%s/cmdline" % pid, errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def _command(pid: str) -> str:
    """The name of the program that the process *pid* runs (proc(5)); empty when there is no such process."""
    try:
        with reading("/proc/%s/comm" % pid, errors="replace") as file:
            return file.read().strip()
    except OSError:
        return ""
