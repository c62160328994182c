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
        return {name: None if item is None else text(item) for name, item in value.items()}
    split = [text(item).partition("=") for item in items(value)]
    return {name: item if equals else None for name, equals, item in split}


def definitions(value: Any) -> dict[str, dict[str, Any]]:
    """A mapping of names to definitions, or a list of names."""
    if isinstance(value, Mapping):
        return {name: dict(definition or {}) for name, definition in value.items()}
    return {text(name): {} for name in items(value)}


def text(value: Any) -> str:
    """A scalar as Compose writes it; raises ``ValueError`` for anything else."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (str, int, float)):
        return str(value)
    raise ValueError(f"expected a text or a number instead of {value!r}")
