"""What trees take on the disk."""

from __future__ import annotations

import os
from typing import Iterator, Sequence, Set, Tuple

BLOCK = 512
"""The unit of ``st_blocks`` (stat(2))."""
MB = 1_000_000


def megabytes_of(paths: Sequence[str]) -> Tuple[int, ...]:
    """What each of *paths* takes (MB), with all that is in it; a file that two of them have counts for the first."""
    seen: Set[Tuple[int, int]] = set()
    return tuple(-(-sum(_sizes(path, seen)) // MB) for path in paths)


def _sizes(path: str, seen: Set[Tuple[int, int]]) -> Iterator[int]:
    """The bytes of each file that was not *seen*; what goes away meanwhile has none."""
    try:
        with os.scandir(path) as entries:
            found = list(entries)
    except OSError:
        return
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            yield from _sizes(entry.path, seen)
        else:
            yield from _size(entry, seen)


def _size(entry: "os.DirEntry[str]", seen: Set[Tuple[int, int]]) -> Iterator[int]:
    try:
        about = entry.stat(follow_symlinks=False)
    except OSError:
        return
    identity = (about.st_dev, about.st_ino)
    if identity not in seen:
        seen.add(identity)
        yield about.st_blocks * BLOCK
