"""Packages that are installed without what they would start: as Debian's policy-rc.d has it (invoke-rc.d(8))."""

from __future__ import annotations

import contextlib
import os
from typing import Iterator

from deploytasks.agent.disk.entry import remove_entry, write_file
from deploytasks.agent.engine.machine import Machine

PLACE = "/usr/sbin/policy-rc.d"
NOTHING_STARTS = b"#!/bin/sh\n# Managed by deploytasks, while a package is installed.\nexit 101\n"


@contextlib.contextmanager
def nothing_started(machine: Machine) -> Iterator[None]:
    """No package starts a service meanwhile; where somebody has a policy already, that holds."""
    place = machine.path(PLACE)
    if os.path.lexists(place) and not _is_left_over(place):
        yield
        return
    write_file(place, NOTHING_STARTS, {"mode": "0755"})
    try:
        yield
    finally:
        remove_entry(place)


def _is_left_over(place: str) -> bool:
    """Whether it is ours, of a run that was killed."""
    try:
        with open(place, "rb") as file:
            return file.read() == NOTHING_STARTS
    except OSError:
        return False
