"""Where a value was written."""

from __future__ import annotations

from deploytasks.agent.frozen import frozen
from deploytasks.inventory.value import Value

COMMAND_LINE = "--extra-vars"
SOURCE = "source"
"""The level of what an app's own source says: below all that an inventory does."""


@frozen
class Origin:
    """A place in a file, and the level of precedence that it speaks for.

    *line* counts from 1 and is None where there are no lines, as on a command line.
    *level* is ``all``, ``group web``, ``host web1`` or ``extra-vars``. Of a value that *is_answered*, secrets are named
    there, and not written.
    """

    file: str
    line: int | None
    level: str
    is_answered: bool = False

    @property
    def is_command_line(self) -> bool:
        """Whether it was typed, where everybody on the machine can read it (ps(1))."""
        return self.file == COMMAND_LINE

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


@frozen
class Setting:
    """A value together with where it was written."""

    value: Value
    origin: Origin
