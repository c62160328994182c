"""A variable of a host, what it means, and what leads from one to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from deploytasks.inventory.origin import Origin


@dataclass(frozen=True)
class Place:
    """The variable *name* of *host*, which *origin* sets."""

    host: str
    name: str
    origin: Origin

    def __str__(self) -> str:
        return f"{self.name} at {self.origin}"


Chain: TypeAlias = "Sequence[Place]"
"""The variables that are being worked out, each for the one before."""


@dataclass(frozen=True)
class Worked:
    """What a variable means, with markers where a part is not there.

    *secrets* are the texts in it that nobody should see, *made_of* the variables in it.
    """

    parts: Any
    is_secret: bool = False
    secrets: frozenset[str] = frozenset()
    made_of: tuple[Place, ...] = ()
