"""What a host has in stock for all its apps: packages, installers, agents. All of it can be had anew."""

from __future__ import annotations

import os

from deploytasks.agent.disk.entry import is_bare, remove_entry, remove_whole
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.python import CACHE
from deploytasks.agent.release.kept import AGENTS
from deploytasks.agent.release.layout import STATE_ROOT

INSTALLERS = "/opt/deploytasks"


def clear_stock(machine: Machine) -> None:
    """Nothing is in stock any more, if the host has no app that could use it."""
    if not _has_apps(machine):
        for place in (CACHE, INSTALLERS, AGENTS):
            remove_whole(machine.path(place))
        if is_bare(machine.path(STATE_ROOT)):
            remove_entry(machine.path(STATE_ROOT))


def _has_apps(machine: Machine) -> bool:
    try:
        known = os.listdir(machine.path(STATE_ROOT))
    except FileNotFoundError:
        return False
    return any(name != os.path.basename(AGENTS) for name in known)
