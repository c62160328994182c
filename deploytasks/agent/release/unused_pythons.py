"""Pythons that were brought, that no environment of any app is made of any more, and that nobody is about to use."""

from __future__ import annotations

import glob
import os
from typing import Container, Iterator, List

from deploytasks.agent.disk.directory_handle import reading
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.python import PYTHONS
from deploytasks.agent.release.owner import apps_of


def unused_pythons(machine: Machine, without: Container[str] = ()) -> List[str]:
    """Their directories; environments *without* which the machine will be do not count."""
    from deploytasks.agent.python.hold import is_held

    brought = glob.glob(machine.path(PYTHONS + "/*"))
    if not brought:
        return []
    homes = [os.path.realpath(home) for home in _homes(machine, without)]
    spare = [place for place in brought if not (_is_home(os.path.realpath(place), homes) or is_held(place))]
    names = map(os.path.basename, spare)
    return sorted("%s/%s" % (PYTHONS, name) for name in names)


def _is_home(place: str, homes: List[str]) -> bool:
    return any(home.startswith(place + os.sep) for home in homes)


def _homes(machine: Machine, without: Container[str]) -> Iterator[str]:
    """Where the Pythons lie that environments are made of (venv, pyvenv.cfg: ``home``)."""
    for root in {app.root for app in apps_of(machine)}:
        for place in glob.glob(machine.path(glob.escape(root) + "/venvs/*/pyvenv.cfg")):
            if "%s/venvs/%s" % (root, os.path.basename(os.path.dirname(place))) not in without:
                with reading(place, errors="replace") as file:
                    pairs = (line.partition("=") for line in file)
                    yield from (value.strip() for name, _, value in pairs if name.strip() == "home")
