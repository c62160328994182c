"""A place in a document: what stands there, and in which line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol, TypeAlias

from deploytasks.inventory.refused import Refused
from deploytasks.inventory.value import Value, plain
from deploytasks.inventory.variable_name import hidden

Path: TypeAlias = "tuple[str, ...]"

KINDS = {dict: "mapping", list: "list", str: "text", type(None): "nothing"}


class Branch(Protocol):
    """What stands behind a key; *line* is that key's, and None where there are no lines."""

    @property
    def line(self) -> int | None:
        """The line of the key, from 1."""

    @property
    def kind(self) -> str:
        """``mapping``, ``list``, ``text``, ``nothing``, or what else it is."""

    def pairs(self) -> Iterator[tuple[str, Branch]]:
        """The keys of a mapping, and what stands behind them."""

    def items(self) -> Iterator[Branch]:
        """Those of a list."""

    def value(self) -> Value:
        """All of it as one value; raises `Refused` for what is none."""


class PlainBranch:
    """A place in what a parser has made of a text; *line_of* knows the line of each path of keys."""

    def __init__(self, content: Any, line_of: Callable[[Path], int | None], path: Path = ()) -> None:
        self._content = content
        self._line_of = line_of
        self._path = path

    @property
    def line(self) -> int | None:
        return self._line_of(self._path)

    @property
    def kind(self) -> str:
        return KINDS.get(type(self._content), type(self._content).__name__)

    def pairs(self) -> Iterator[tuple[str, Branch]]:
        for key, content in dict(self._content).items():
            yield key, PlainBranch(content, self._line_of, (*self._path, key))

    def items(self) -> Iterator[Branch]:
        for content in self._content if isinstance(self._content, list) else ():
            yield PlainBranch(content, self._line_of, self._path)

    def value(self) -> Value:
        try:
            return plain(self._content)
        except Refused as refused:
            key = self._path[-1] if self._path else ""
            raise hidden(key, Refused(f"{key}: {refused}", self.line)) from refused


def without_lines(path: Path) -> None:
    """What was no text has none."""
    del path


NOTHING = PlainBranch({}, without_lines)
"""An empty document."""
