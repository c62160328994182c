"""A program in a container of its own, beside an app's processes: with their user, variables, mounts and limits."""

from __future__ import annotations

import os
from typing import List

from deploytasks.agent.docker.engine import CLIENT
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.release.layout import App, Release
from deploytasks.agent.services.transient import transient


def has_containers(machine: Machine, release: Release) -> bool:
    """Whether *release*'s processes run in containers."""
    return os.path.lexists(machine.path(release.container))


def in_container(app: App, release: Release, name: str, *options: str) -> List[str]:
    """What runs a program in a unit with *options*, and in a container called *name*."""
    properties = (
        "EnvironmentFile=-" + app.services_env,
        "EnvironmentFile=" + release.env,
        "ExecStopPost=-/bin/sh -c '%s rm --force %s >/dev/null 2>&1'" % (" ".join(CLIENT), name),
    )
    return [*transient(options, properties), release.container, name]
