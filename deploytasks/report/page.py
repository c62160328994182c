"""What people read, as values: a page is lines, tables and trees, drawn by a terminal or written to a pipe.

All words go through a ``Span``, and a span shows control characters instead of sending them, so nothing that
a host, an app or a file says can move the cursor, hide text or pretend to be a line of ours.
"""

from __future__ import annotations

from enum import Enum
from itertools import chain, repeat
from typing import TYPE_CHECKING, TypeAlias

from deploytasks.agent.conversation.visible import visible
from deploytasks.agent.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class Tone(Enum):
    """How a span wants to be taken; a terminal turns it into a colour, a pipe drops it."""

    PLAIN = "plain"
    QUIET = "quiet"
    STRONG = "strong"
    HOST = "host"
    GOOD = "good"
    CHANGED = "changed"
    BAD = "bad"
    ADDED = "added"
    REMOVED = "removed"


@frozen
class Span:
    """Words of one tone on one line, as ``visible`` has them."""

    text: str
    tone: Tone = Tone.PLAIN

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", visible(self.text))


@frozen
class Line:
    """Spans side by side."""

    spans: tuple[Span, ...]

    @classmethod
    def of(cls, *parts: Part) -> Line:
        return cls(tuple(span_of(part) for part in parts))

    @property
    def text(self) -> str:
        return "".join(span.text for span in self.spans).rstrip()

    def lines(self) -> Iterator[Line]:
        yield self


@frozen
class Table:
    """Rows of cells in columns; a column without any text takes no room."""

    rows: tuple[tuple[Span, ...], ...]
    header: tuple[str, ...] = ()
    indent: int = 0

    @classmethod
    def of(cls, rows: Iterable[Iterable[Part]], header: Iterable[str] = (), indent: int = 0) -> Table:
        return cls(tuple(tuple(span_of(cell) for cell in row) for row in rows), tuple(header), indent)

    @property
    def columns(self) -> list[tuple[Span, ...]]:
        """The columns that have text, each with its title on top."""
        head = [tuple(Span(title, Tone.QUIET) for title in self.header)] if self.header else []
        columns = zip(*head, *self.rows, strict=True)
        return [column for column in columns if any(cell.text for cell in column)]

    def lines(self) -> Iterator[Line]:
        for row in zip(*map(aligned, self.columns), strict=True):
            yield Line.of(" " * self.indent, *row)


def aligned(column: tuple[Span, ...]) -> list[Span]:
    """*column* with blanks behind each cell, two more than the widest needs."""
    width = max(len(cell.text) for cell in column) + 2
    return [Span(cell.text.ljust(width), cell.tone) for cell in column]


@frozen
class Tree:
    """A line with trees below it."""

    label: Line
    children: tuple[Tree, ...] = ()

    def lines(self) -> Iterator[Line]:
        """As ``tree --charset=ascii`` draws it."""
        yield self.label
        for number, child in enumerate(self.children, start=1):
            last = number == len(self.children)
            guides = chain(["`-- "], repeat("    ")) if last else chain(["|-- "], repeat("|   "))
            for guide, line in zip(guides, child.lines(), strict=False):
                yield Line.of(Span(guide, Tone.QUIET), *line.spans)


Part: TypeAlias = "str | Span"
Page: TypeAlias = "Sequence[Line | Table | Tree]"


def span_of(part: Part) -> Span:
    return Span(part) if isinstance(part, str) else part


def text_lines(text: str) -> list[str]:
    """The lines of *text*, tabs as blanks; only a line feed ends a line, as on the host."""
    if not text.strip():
        return []
    return [line.rstrip("\r").expandtabs() for line in text.rstrip("\r\n").split("\n")]
