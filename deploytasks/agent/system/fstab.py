"""What is mounted at boot, and what is now (fstab(5), proc(5))."""

from __future__ import annotations

from typing import List, Optional, Sequence, Tuple

from deploytasks.agent.disk.part import text_of
from deploytasks.agent.engine.machine import Machine

FILE = "/etc/fstab"
NOW = "/proc/self/mounts"
FIELDS = 6


def at_boot(text: str, place: str) -> Optional[List[str]]:
    """The six fields of what *text* mounts at *place*, or None."""
    rows = [_fields(line) for line in text.splitlines()]
    return next((row for row in rows if row[1:2] == [place]), None)


def sources_at_boot(text: str, kind: str) -> List[str]:
    """What *text* has of that *kind* of file system, such as swap."""
    return [row[0] for row in map(_fields, text.splitlines()) if row[2:3] == [kind]]


def mounted(machine: Machine, place: str) -> Optional[Tuple[str, str]]:
    """The source and the kind of what is mounted at *place*, the last over the others; None for nothing."""
    rows = [_fields(line) for line in text_of(machine.path(NOW)).splitlines()]
    found = [(row[0], row[2]) for row in rows if row[1:2] == [place]]
    return found[-1] if found else None


def edited(text: str, key: int, value: str, row: Sequence[str]) -> str:
    """*text* with *row* for the line whose field of the number *key* is *value*; without a row that line goes."""
    lines: List[str] = []
    new = ["\t".join(map(escaped, row))] if row else []
    for line in text.splitlines():
        if _fields(line)[key : key + 1] == [value]:
            lines, new = [*lines, *new], []
        else:
            lines.append(line)
    return "".join("%s\n" % line for line in (*lines, *new))


def escaped(field: str) -> str:
    """*field* as fstab(5) has it, where a blank ends one."""
    return field.replace("\\", "\\134").replace(" ", "\\040").replace("\t", "\\011")


def _fields(line: str) -> List[str]:
    """Those of *line* without its remark, with the numbers at the end that may be left out."""
    words = [] if line.lstrip().startswith("#") else line.split()
    plain = [_plain(word) for word in words]
    return [*plain, *(["defaults", "0", "0"][len(plain) - 3 :] if len(plain) > 2 else [])][:FIELDS]


def _plain(word: str) -> str:
    return word.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\")
