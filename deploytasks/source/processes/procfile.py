"""A Procfile: the processes of an app and the command line that starts each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploytasks.agent.regex import regex
from deploytasks.errors import SourceError
from deploytasks.source.text_file import text_by_hand

if TYPE_CHECKING:
    from pathlib import Path

NAME = "Procfile"

_PROCESS = regex(r"([A-Za-z0-9][A-Za-z0-9_-]*)\s*:\s*(\S.*)")


def read_procfile(directory: Path) -> dict[str, str]:
    """Commands by process name, in the order of the file; empty when *directory* has no Procfile."""
    path = directory / NAME
    return parse_procfile(text_by_hand(path)) if path.is_file() else {}


def line_of(directory: Path, process: str) -> int:
    """The line of the Procfile in *directory*, from 1 on, that says what *process* is; 0 where none does."""
    text = text_by_hand(directory / NAME) if (directory / NAME).is_file() else ""
    matches = ((number, _PROCESS.fullmatch(line.strip())) for number, line in enumerate(text.splitlines(), 1))
    return next((number for number, match in matches if match and match[1] == process), 0)


def parse_procfile(text: str, path: str = NAME) -> dict[str, str]:
    """The processes of a Procfile as Heroku reads it; raises ``SourceError`` naming all bad lines at once."""
    processes: dict[str, tuple[int, str]] = {}
    problems = []
    for number, line in enumerate(map(str.strip, text.splitlines()), 1):
        if not line or line.startswith("#"):
            continue
        match = _PROCESS.fullmatch(line)
        if match is None:
            problems.append(f"{path}:{number}: not a process: {line!r}; expected NAME: COMMAND")
        elif match[1] in processes:
            first = processes[match[1]][0]
            problems.append(f"{path}:{number}: process {match[1]!r} again, first on line {first}; keep one")
        else:
            processes[match[1]] = (number, match[2])
    if problems:
        raise SourceError("\n".join(problems))
    return {name: command for name, (_, command) in processes.items()}
