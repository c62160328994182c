"""An ini file of uWSGI: its options with their lines, in their order, as often as they are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploytasks.agent.frozen import frozen
from deploytasks.source.text_file import text_by_hand

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECTION = "[uwsgi]"
COMMENTS = ("#", ";")


@frozen
class Option:
    """The option *name* on *line* (from 1 on); *value* is ``true`` where none is written, as uWSGI has it."""

    line: int
    name: str
    value: str

    @property
    def is_computed(self) -> bool:
        """Whether uWSGI fills something in, such as ``%d`` or ``$(HOME)`` (uwsgi-docs, Configuration)."""
        return any(sign in self.value for sign in ("%", "$(", "@("))


def read_uwsgi_ini(path: Path) -> tuple[Option, ...]:
    """The options of the section ``uwsgi`` in *path*; raises ``SourceError`` when it cannot be read."""
    return tuple(_options(text_by_hand(path)))


def _options(text: str) -> Iterator[Option]:
    section = ""
    for number, line in enumerate(map(str.strip, text.splitlines()), 1):
        if line.startswith("["):
            section = line
        elif section == SECTION and line and not line.startswith(COMMENTS):
            name, equals, value = line.partition("=")
            yield Option(number, name.strip(), value.strip() if equals else "true")
