"""The values of a service, in whichever of its forms a compose file has them."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any


def words(value: Any) -> tuple[str, ...]:
    """A command: a list, or a line as a shell would split it; raises ``ValueError`` for an open quote."""
    if value is None:
        return ()
    return tuple(shlex.split(value)) if isinstance(value, str) else tuple(map(text, items(value)))


def items(value: Any) -> list[Any]:
    """A list, or its only item written alone."""
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def pairs(value: Any) -> dict[str, str | None]:
    """A mapping, or a list of ``NAME=value``; None is for a name without a value."""
    if isinstance(value, Mapping):
        return {text(name): None if item is None else text(item) for name, item in value.items()}
    split = [text(item).partition("=") for item in items(value)]
    return {name: item if equals else None for name, equals, item in split}


def definitions(value: Any, where: str) -> dict[str, dict[str, Any]]:
    """A mapping of names to definitions, or a list of names; raises ``ValueError``, which begins with *where*."""
    if isinstance(value, Mapping):
        return {text(name): mapping(item, f"{where}: {name}") for name, item in value.items()}
    if not all(isinstance(name, str) for name in items(value)):
        raise ValueError(f"{where}: expected names instead of {value!r}")
    return {name: {} for name in items(value)}


def mapping(value: Any, where: str) -> dict[str, Any]:
    """A mapping, which is empty when nothing is written; raises ``ValueError``, which begins with *where*."""
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return dict(value)
    raise ValueError(f"{where}: expected a mapping instead of {value!r}")


def text(value: Any) -> str:
    """A scalar as Compose writes it; raises ``ValueError`` for anything else."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (str, int, float)):
        return str(value)
    raise ValueError(f"expected a text or a number instead of {value!r}")
