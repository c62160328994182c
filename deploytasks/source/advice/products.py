"""Directories of a source that a tool has made, as their names say: they rarely have to travel."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterator
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


def large_products(source: Source, known: Collection[str] = ()) -> Iterator[str]:
    """A line for each outermost directory with such a name and more than 50 MB, the largest first.

    It says what keeps the directory here. Those *known* by path or name are left out.
    """
    if source.total_bytes <= MUCH_BYTES:
        return
    for place, size in _sizes(source).most_common():
        if size > MUCH_BYTES and not {place, place.rpartition("/")[2]} & {*known}:
            yield f"{place}/ is {size / 1e6:.1f} MB and looks made by a tool: /{place}/ in .deployignore keeps it here"


def _sizes(source: Source) -> Counter[str]:
    found: Counter[str] = Counter()
    for entry in source.manifest:
        place = _made(os.fsdecode(entry.path))
        if place:
            found[place] += source.size(entry.digest)
    return found


def _made(path: str) -> str:
    """The first directory of *path* that has such a name; empty where none has."""
    *parents, _ = path.split("/")
    depth = next((depth for depth, name in enumerate(parents, 1) if name in MADE), 0)
    return "/".join(parents[:depth])
