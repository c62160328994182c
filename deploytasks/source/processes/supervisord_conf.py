"""A supervisord.conf: the programs that supervisord starts (http://supervisord.org/configuration.html)."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex
from deploytasks.errors import SourceError
from deploytasks.source.text_file import text_by_hand

if TYPE_CHECKING:
    from configparser import RawConfigParser

NAMES = ("supervisord.conf", "supervisor.conf")
SECTION = "program:"
HEADER = regex(r"\s*\[([^]]+)\]")
COMMAND = regex(r"command\s*=")
IN_ENVIRONMENT = regex(r"%\(ENV_(\w+)\)s")
"""How it writes a variable of the environment."""


@frozen
class Program:
    """What starts the program *name*, on *line* from 1 on, in *directory* of the source."""

    name: str
    command: str
    line: int
    directory: str = "."


def read_supervisord_conf(path: Path) -> tuple[Program, ...]:
    """The programs of *path*; none where it is not there, or cannot be read."""
    if not path.is_file():
        return ()
    from configparser import Error, RawConfigParser

    said = RawConfigParser(strict=False, inline_comment_prefixes=(" ;",), delimiters=("=",))
    with suppress(Error, SourceError):
        text = text_by_hand(path, "replace")
        said.read_string(text)
        names = [
            name for name in said.sections() if name.startswith(SECTION) and said.has_option(name, "command")
        ]
        lines = _lines(text)
        return tuple(_program(lines.get(name, 1), name, said) for name in names)
    return ()


def _program(line: int, section: str, said: RawConfigParser) -> Program:
    command = IN_ENVIRONMENT.sub(r"${\1}", said.get(section, "command")).replace("%%", "%").replace("\n", " ")
    directory = said.get(section, "directory", fallback=".")
    return Program(
        section.removeprefix(SECTION),
        command,
        line,
        "." if directory.startswith("/") else directory,
    )


def _lines(text: str) -> dict[str, int]:
    """For each section the line of its command, or where it has none its own."""
    lines: dict[str, int] = {}
    section, is_found = "", True
    for at, line in enumerate(text.splitlines(), 1):
        header = HEADER.match(line)
        if header:
            section, is_found = header[1], header[1] in lines
            lines.setdefault(section, at)
        elif not is_found and COMMAND.match(line):
            lines[section], is_found = at, True
    return lines
