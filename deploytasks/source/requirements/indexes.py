"""The package indexes that the file names from which an app is installed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from deploytasks.source.requirements.pyproject import NAME as PYPROJECT

if TYPE_CHECKING:
    from pathlib import Path

    from deploytasks.source.requirements.index import Index


def indexes_of(path: Path) -> Iterator[Index]:
    """Those that *path* names, or a file beside it that goes with it; raises ``SourceError`` as its reader does."""
    if path.name == "poetry.lock":
        from deploytasks.source.requirements.pyproject import poetry_sources

        return poetry_sources(path.with_name(PYPROJECT))
    if path.name in ("uv.lock", PYPROJECT):
        from deploytasks.source.requirements.pyproject import uv_indexes

        return uv_indexes(path.with_name(PYPROJECT))
    if path.name == "Pipfile.lock":
        from deploytasks.source.requirements.locks.pipfile_lock import pipfile_sources

        return pipfile_sources(path)
    if path.name.startswith("pylock."):
        from deploytasks.source.requirements.locks.pylock import pylock_indexes

        return pylock_indexes(path)
    if path.suffix in (".txt", ".in"):
        from deploytasks.source.requirements.requirements_txt import indexes_in

        return indexes_in(path)
    return iter(())
