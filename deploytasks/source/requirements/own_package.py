"""A package of which no index has a wheel: it is built here, and the wheel is sent along."""

from __future__ import annotations

from typing import Protocol
from urllib.parse import quote


class OwnPackage(Protocol):
    """One that lies in the source, or in a repository."""

    @property
    def name(self) -> str:
        """Its normal name."""

    @property
    def extras(self) -> str:
        """What is wanted of it besides, such as ``[redis]``."""

    @property
    def where(self) -> str:
        """The place that wants it."""

    @property
    def shown(self) -> str:
        """It, for people."""

    @property
    def word(self) -> str:
        """What stands for its wheel in a requirement's line until that is known."""


def stand_in(kind: str, where_from: str) -> str:
    """The word of a requirement's line that stands for a wheel until that is built."""
    return f"{kind}:{quote(where_from, safe='/@+.:=')}"
