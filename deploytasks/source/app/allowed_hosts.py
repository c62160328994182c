"""Whether a Django app answers to a name: its ALLOWED_HOSTS, read as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploytasks.source.app.django import find_django
from deploytasks.source.code.modules import ROOTS, Modules

if TYPE_CHECKING:
    from pathlib import Path

OF_DEBUG = (".localhost", "127.0.0.1", "[::1]")
"""Those of an empty list with DEBUG (django.http.request)."""


def names_without(directory: Path, asked: str) -> tuple[str, ...]:
    """All names that the app in *directory* lets in, where *asked* is none of them; else nothing."""
    project = find_django(Modules(directory, ROOTS))
    allowed = project.texts("ALLOWED_HOSTS") if project else None
    if allowed is None or any(
        _fits(asked.partition(":")[0].lower(), name.lower()) for name in allowed or OF_DEBUG
    ):
        return ()
    return allowed or OF_DEBUG


def _fits(name: str, pattern: str) -> bool:
    """As Django compares them: a pattern with a dot before it has all names below."""
    below = pattern.startswith(".") and (name.endswith(pattern) or name == pattern[1:])
    return below or pattern in ("*", name)
