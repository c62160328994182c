"""The processes of an instance besides its main one."""

from __future__ import annotations

from typing import FrozenSet, Mapping

from deploytasks.agent.docker.engine import workers_in
from deploytasks.agent.files.directory_handle import reading
from deploytasks.agent.layout import container_of
from deploytasks.agent.machine import Machine
from deploytasks.agent.system.systemd import pids

CLIENTS = "docker"
"""Begins the names of the programs that stand for a container in its unit."""


def workers(machine: Machine, unit: str, state: Mapping[str, str]) -> FrozenSet[str]:
    """The numbers of *unit*'s processes besides its main one, in a container where it has one.

    *state* holds the properties MainPID and ControlGroup of *unit*.
    """
    main = state.get("MainPID", "")
    if _command(main).startswith(CLIENTS):
        return workers_in(machine, container_of(unit))
    return pids(state.get("ControlGroup", "")) - {main}


def _command(pid: str) -> str:
    """The name of the program that the process *pid* runs (proc(5)); empty when there is no such process."""
    try:
        with reading("/proc/%s/comm" % pid, errors="replace") as file:
            return file.read().strip()
    except OSError:
        return ""
