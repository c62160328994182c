"""A .flaskenv: what the command flask(1) sets for itself, and nothing else that serves or works for an app."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex
from deploytasks.source.text_file import text_in

if TYPE_CHECKING:
    from pathlib import Path

NAME = ".flaskenv"
OF_A_LAPTOP = regex(r"FLASK_(ENV|DEBUG|RUN_\w+)")
"""What the development server heeds, and what would show an app's inside to visitors."""


@frozen
class Said:
    """The variable *name* is *value* on *line*, from 1 on."""

    name: str
    value: str
    line: int

    @property
    def is_of_a_laptop(self) -> bool:
        """Whether it is about development alone."""
        return bool(OF_A_LAPTOP.fullmatch(self.name))


def read_flaskenv(directory: Path) -> tuple[Said, ...]:
    """What the file in *directory* says, as python-dotenv reads it; nothing without one."""
    path = directory / NAME
    if not path.is_file():
        return ()
    from dotenv.parser import parse_stream

    bindings = parse_stream(io.StringIO(text_in(path, "replace")))
    return tuple(Said(one.key, one.value or "", one.original.line) for one in bindings if one.key)
