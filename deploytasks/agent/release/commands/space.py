"""Space on file systems for what is about to come."""

from __future__ import annotations

import os
from typing import Iterable

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.errors import StepError

MEGABYTE = 1_000_000


def require_room(machine: Machine, paths: Iterable[str], coming: int) -> None:
    """Where *paths* lie, or will lie, there is space for *coming* bytes; raises ``StepError`` where there is not.

    What an installation or a build takes besides is not known before; nor is it where a file system counts no blocks.
    """
    for path in paths:
        found = os.statvfs(_existing(machine.path(path)))
        free = found.f_bfree * found.f_frsize
        if found.f_blocks and coming > free:
            told = (path, coming / MEGABYTE, free / MEGABYTE)
            raise StepError(
                "not enough room in %s: %.1f MB are to come, and %.1f MB are free; nothing was changed" % told
            )


def amount(size: int) -> str:
    """*size* bytes as people say it."""
    if size < MEGABYTE:
        return "%d bytes" % size if size < 1000 else "%.0f kB" % (size / 1000)
    return "%.1f MB" % (size / MEGABYTE)


def _existing(path: str) -> str:
    while not os.path.isdir(path):
        path = os.path.dirname(path)
    return path
