"""The Python files of a source that are the app's own code, and neither its tests nor what others wrote."""

from __future__ import annotations

from collections.abc import Iterable

MOST_FILES = 500
"""So many are looked at."""
LEFT_OUT = {"test", "tests", "migrations", "docs", "examples", "node_modules"}


def own_code(paths: Iterable[str]) -> list[str]:
    """Those among *paths*."""
    return [path for path in paths if _is_own_code(path)][:MOST_FILES]


def _is_own_code(path: str) -> bool:
    *parents, name = path.split("/")
    return name.endswith(".py") and not LEFT_OUT & {*parents} and not name.startswith(("test_", "conftest"))
