"""Files of a source that are one on some machine: their names differ in case, or in the form of Unicode, alone."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from deploytasks.agent.files.manifest import shown
from deploytasks.source.look import Look, refusal


def without_twins(looks: Sequence[Look]) -> Sequence[Look]:
    """*looks*, with a refusal of each that has the name of another, or is the same file on this file system."""
    names = [look.entry.name.casefold() for look in looks]
    return looks if len({*names}) == len(looks) else [*_told_apart(looks, names)]


def _told_apart(looks: Sequence[Look], names: Sequence[str]) -> Iterator[Look]:
    alike: dict[str, list[Look]] = defaultdict(list)
    for look, name in zip(looks, names, strict=True):
        alike[name].append(look)
    for twins in alike.values():
        for number, look in enumerate(twins):
            refused = (_refused(look, other) for other in twins[:number])
            yield next(filter(None, refused), look)


def _refused(look: Look, other: Look) -> Look | None:
    name = look.entry.path
    if name == other.entry.path:
        told = "are two names here that differ in their form of Unicode (NFC, NFD) alone; rename one of them"
        return refusal(look.place, name, told)
    if _is_one_file(look.place, other.place):
        told = f"and {shown(other.entry.path)} are two files in git and one here, as this file system knows no case"
        return refusal(look.place, name, f"{told}; rename one of them: git mv")
    return None


def _is_one_file(place: Path, other: Path) -> bool:
    """A hard link is another file: it counts its names."""
    try:
        status = place.lstat()
        return os.path.samestat(status, other.lstat()) and status.st_nlink == 1
    except OSError:
        return False
