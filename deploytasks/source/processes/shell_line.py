"""A line of the shell, read as the commands that it starts; nothing is run."""

from __future__ import annotations

import re
import shlex
from collections import deque
from dataclasses import field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex
from deploytasks.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SHELLS = ("sh", "bash", "dash", "ash")
OPERATORS = frozenset("&|;\n")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


KEYWORDS = _words("exec env export if then elif else fi while until do done { } ! ( )")
"""Words of the shell that may stand before a command."""
NO_PROGRAMS = _words(
    """[ [[ : . source true false test set shift echo printf sleep wait trap break continue exit umask ulimit
    for case esac"""
)
"""What a shell does by itself, and changes nothing of the app."""
LONGEST = 100_000
"""So many characters a line has that somebody wrote, or a script."""
ASSIGNMENT = regex(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
VARIABLE = regex(r"\$(?:\{(\w+)\}|(\w+))")
DEFAULT = regex(r"\$\{\w+:?-([^}$]*)\}")
"""A parameter with what stands in its place where it is not set."""


@frozen
class Command:
    """The *words* of a command, without what it sets in its *environment* and the ``exec`` before it."""

    words: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return shlex.join(self.words)

    @property
    def program(self) -> str:
        """The name of the file that is run."""
        return PurePosixPath(self.words[0]).name


def commands_of(line: str, where: str) -> tuple[Command, ...]:
    """The commands of *line*, those of a ``sh -c`` in its place; raises ``SourceError``, beginning with *where*."""
    return tuple(inner for command in _commands(line, where) for inner in _within(command, where))


def default_of(word: str) -> str:
    """*word* with ``${NAME:-VALUE}`` written as VALUE."""
    return DEFAULT.sub(lambda found: found[1], word)


def _within(command: Command, where: str) -> Iterator[Command]:
    words = command.words
    script = next((word for word in words[1:] if not word.startswith("-")), "")
    if command.program in SHELLS and any(_says_c(word) for word in words[1:]):
        yield from commands_of(script, where)
    else:
        yield command


def _says_c(word: str) -> bool:
    """Whether *word* is an option such as ``-c`` or ``-lc``."""
    return bool(re.fullmatch(r"-[a-z]*c", word))


def _commands(line: str, where: str) -> Iterator[Command]:
    if len(line) > LONGEST:
        raise SourceError(f"{where}: {len(line)} characters are no command line; expected {LONGEST} at most")
    lexer = shlex.shlex(line.replace("\\\n", " "), posix=True, punctuation_chars="&|;\n")
    lexer.whitespace = " \t\r"
    lexer.whitespace_split = True
    words: list[str] = []
    set_before = _Variables()
    try:
        for word in lexer:
            if set(word) <= OPERATORS:
                yield from _command(words, set_before)
                words = []
            else:
                words.append(word)
    except ValueError as error:
        raise SourceError(f"{where}: {error}: {line!r}") from error
    yield from _command(words, set_before)


class _Variables:
    """What a line has set before a command of it: for itself, and *exported* to what it starts."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        self.exported: dict[str, str] = {}

    def filled_in(self, word: str) -> str:
        """*word* with what is known in the place of ``$NAME`` and ``${NAME}``."""
        return VARIABLE.sub(lambda found: self.known.get(found[1] or found[2], found[0]), word)


def _command(words: list[str], before: _Variables) -> Iterator[Command]:
    rest, environment = deque(words), {}
    is_exported = "export" in words[:1]
    while rest and (_is_of_the_shell(rest[0]) or ASSIGNMENT.fullmatch(rest[0])):
        found = ASSIGNMENT.fullmatch(rest.popleft())
        if found:
            environment[found[1]] = before.filled_in(default_of(found[2]))
    if not rest:
        before.known.update(environment)
        before.exported.update(environment if is_exported else {})
    elif rest[0] not in NO_PROGRAMS:
        yield Command(tuple(map(before.filled_in, rest)), {**before.exported, **environment})


def _is_of_the_shell(word: str) -> bool:
    """Whether *word* stands before a command and is none: ``exec``, ``then``, ``web)`` of a ``case``."""
    return word in KEYWORDS or (word.endswith(")") and "(" not in word)
