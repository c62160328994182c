"""A supervisord.conf: the programs that supervisord starts (http://supervisord.org/configuration.html)."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex
from deploytasks.errors import SourceError
from deploytasks.source.text_file import text_in

if TYPE_CHECKING:
    from configparser import RawConfigParser

NAMES = ("supervisord.conf", "supervisor.conf")
SECTION = "program:"
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
        text = text_in(path, "replace")
        said.read_string(text)
        names = [
            name for name in said.sections() if name.startswith(SECTION) and said.has_option(name, "command")
        ]
        return tuple(_program(text, name, said) for name in names)
    return ()


def _program(text: str, section: str, said: RawConfigParser) -> Program:
    command = IN_ENVIRONMENT.sub(r"${\1}", said.get(section, "command")).replace("%%", "%").replace("\n", " ")
    directory = said.get(section, "directory", fallback=".")
    return Program(
        section.removeprefix(SECTION),
        command,
        _line(text, section),
        "." if directory.startswith("/") else directory,
    )


def _line(text: str, section: str) -> int:
    """The line of the command in *section*."""
    lines = text.splitlines()
    begin = next((at for at, line in enumerate(lines) if line.strip().startswith(f"[{section}]")), 0)
    below = (at for at, line in enumerate(lines[begin:], begin + 1) if re.match(r"command\s*=", line))
    return next(below, begin + 1)
