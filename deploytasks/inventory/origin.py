"""Where a value was written."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from deploytasks.inventory.concealed import Concealed, Unsafe
from deploytasks.inventory.value import Value

COMMAND_LINE = "--extra-vars"
CONFIGURED = "ansible.cfg"
"""The level of what a configuration of Ansible says of all hosts: below all that an inventory does."""
SOURCE = "source"
"""The level of what an app's own source says: below all that an inventory does."""


@dataclass(frozen=True)
class Origin:
    """A place in a file, and the level of precedence that it speaks for.

    *line* counts from 1 and is None where there are no lines, as on a command line.
    *level* is ``all``, ``group web``, ``host web1`` or ``extra-vars``. Of a value that *is_answered*, secrets are named
    there, and not written; what *is_encrypted* is known to who has the vault's password alone.
    """

    file: str
    line: int | None
    level: str
    is_answered: bool = False
    is_encrypted: bool = False

    @property
    def is_command_line(self) -> bool:
        """Whether it was typed, where everybody on the machine can read it (ps(1))."""
        return self.file == COMMAND_LINE

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Setting:
    """A value together with where it was written."""

    value: Value
    origin: Origin

    @cached_property
    def is_plain(self) -> bool:
        """Whether the value means what is written, and everybody may see it."""
        return not self.is_secret and (self.is_literal or _is_plain(self.value))

    @property
    def is_literal(self) -> bool:
        """Whether nothing has to be filled in, whatever it looks like."""
        return self.origin.is_answered or self.origin.level == SOURCE

    @property
    def is_secret(self) -> bool:
        """Whether the value, or a part of it, is written where not everybody can read it."""
        return self.origin.is_encrypted or self.origin.is_answered or _conceals(self.value)


def has_template(text: str) -> bool:
    """Whether *text* has anything to fill in, or to leave out."""
    return "{{" in text or "{%" in text or "{#" in text or text.startswith("#jinja2:")


def _is_plain(value: Value) -> bool:
    if isinstance(value, str):
        return not (isinstance(value, (Concealed, Unsafe)) or has_template(value))
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return not isinstance(value, dict) or all(map(_is_plain, value.values()))


def _conceals(value: Value) -> bool:
    if isinstance(value, list):
        return any(map(_conceals, value))
    if isinstance(value, dict):
        return any(map(_conceals, value.values()))
    return isinstance(value, Concealed)
