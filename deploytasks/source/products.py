"""Directories of a source that a tool has made, as their names say: they rarely have to travel."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deploytasks.source.tree import Source

MUCH_BYTES = 50_000_000
MADE = frozenset(
    {
        *("node_modules", "bower_components", ".npm", ".yarn", ".parcel-cache", ".turbo", ".next", ".nuxt"),
        *("venv", ".venv", "env", ".env", "virtualenv", ".tox", ".nox", ".eggs", "site-packages"),
        *(
            ".cache",
            ".mypy_cache",
            ".pytest_cache",
            ".ruff_cache",
            ".hypothesis",
            "htmlcov",
            ".gradle",
            ".terraform",
        ),
    }
)


def large_products(source: Source) -> Iterator[tuple[str, int]]:
    """The outermost directories with such a name and more than 50 MB, the largest first, and their bytes."""
    if source.total_bytes <= MUCH_BYTES:
        return
    found: Counter[str] = Counter()
    for entry in source.manifest:
        place = _made(os.fsdecode(entry.path))
        if place:
            found[place] += source.size(entry.digest)
    yield from ((place, size) for place, size in found.most_common() if size > MUCH_BYTES)


def _made(path: str) -> str:
    """The first directory of *path* that has such a name; empty where none has."""
    *parents, _ = path.split("/")
    depth = next((depth for depth, name in enumerate(parents, 1) if name in MADE), 0)
    return "/".join(parents[:depth])
