"""What sshd(8) is told by its files: of each keyword the first value counts (sshd_config(5))."""

from __future__ import annotations

import glob
import os
from typing import Dict, Iterator, Tuple

from deploytasks.agent.disk.part import text_of
from deploytasks.agent.engine.machine import Machine

FILE = "/etc/ssh/sshd_config"
DIRECTORY = "/etc/ssh/sshd_config.d"
DEEPEST = 16
Line = Tuple[str, str, str]
"""A keyword in small letters, its value, and the file that says so."""


def first_sayings(machine: Machine) -> Dict[str, str]:
    """For each keyword outside of Match blocks the file that sets it first."""
    found: Dict[str, str] = {}
    for keyword, _, path in _lines(machine, FILE):
        found.setdefault(keyword, path)
    return found


def _lines(machine: Machine, path: str, depth: int = DEEPEST) -> Iterator[Line]:
    """Those of *path*, and of what it includes, up to the first Match block of each."""
    for line in text_of(machine.path(path)).splitlines():
        keyword, value = _parted(line)
        if keyword == "match":
            return
        if keyword == "include" and depth:
            for place in _included(machine, value):
                yield from _lines(machine, place, depth - 1)
        elif keyword:
            yield keyword, value, path


def _included(machine: Machine, patterns: str) -> Iterator[str]:
    root = machine.path("/").rstrip("/")
    for pattern in patterns.split():
        place = os.path.join("/etc/ssh", pattern.strip('"'))
        yield from (found[len(root) :] for found in sorted(glob.glob(machine.path(place))))


def _parted(line: str) -> Tuple[str, str]:
    words = line.strip().replace("=", " ", 1).split(None, 1)
    if not words or words[0].startswith("#"):
        return "", ""
    return words[0].lower(), words[1] if len(words) > 1 else ""
