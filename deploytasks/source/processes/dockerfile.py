"""What a project's own Dockerfile says of the app in its image."""

from __future__ import annotations

import json
import posixpath
import re
import shlex
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex
from deploytasks.source.text_file import text_by_hand

NAME = "Dockerfile"
INSTRUCTION = regex(r"\s*([A-Za-z]+)\s+(.*)", re.DOTALL)
PORT = regex(r"(\d+)(?:/tcp)?", re.IGNORECASE)
CHECKED = regex(r"https?://[^/\s\"']+(/[A-Za-z0-9._~/?=&%-]*)")
APT = regex(r"apt(?:-get)?\s+(?:-\S+\s+)*install\s+([^&;|]*)")
PACKAGE = regex(r"[a-z0-9][a-z0-9.+-]+")


@frozen
class Instruction:
    """The instruction *name*, in capitals, that begins on *line* (from 1 on), with what follows it."""

    name: str
    text: str
    line: int

    @property
    def words(self) -> tuple[str, ...]:
        """What follows it, of a list of JSON its items."""
        with suppress(ValueError, RecursionError):
            listed = json.loads(self.text)
            if isinstance(listed, list):
                return tuple(map(str, listed))
        return tuple(self.text.split())

    @property
    def command(self) -> str:
        """What it runs, as a line of the shell."""
        return shlex.join(self.words) if self.text.startswith("[") else self.text


@frozen
class Dockerfile:
    """The *instructions* of the stage that becomes the image, those of the stages that it is made from included."""

    instructions: tuple[Instruction, ...] = ()

    def called(self, *names: str) -> list[Instruction]:
        return [one for one in self.instructions if one.name in names]

    @property
    def ports(self) -> dict[int, int]:
        """The TCP ports that it exposes, with their lines."""
        words = ((PORT.fullmatch(word), one.line) for one in self.called("EXPOSE") for word in one.words)
        return {int(port[1]): line for port, line in words if port}

    @property
    def start(self) -> Instruction | None:
        """What a container of it starts: its last CMD, behind its last ENTRYPOINT."""
        last = [self.called(name)[-1] for name in ("ENTRYPOINT", "CMD") if self.called(name)]
        text = " ".join(one.command for one in last)
        return Instruction("CMD", text, last[-1].line) if last else None

    def directory(self, root: Path) -> str:
        """The directory of the source at *root* that is where a container starts, as its COPY instructions have it."""
        here, copied = "/", []
        for one in self.called("WORKDIR", "COPY", "ADD"):
            if one.name == "WORKDIR":
                here = posixpath.join(here, one.text.strip("\"' "))
            else:
                copied += [*_copied(here, one.words)]
        below = ((source, posixpath.relpath(here, target)) for source, target in copied)
        places = (
            posixpath.normpath(f"{source}/{rest}") for source, rest in below if not rest.startswith("..")
        )
        return next((place for place in places if place[:2] != ".." and (root / place).is_dir()), ".")

    @property
    def health_path(self) -> Instruction | None:
        """The path that its HEALTHCHECK asks for."""
        met = ((CHECKED.search(one.command), one) for one in self.called("HEALTHCHECK"))
        return next((Instruction(one.name, found[1], one.line) for found, one in met if found), None)

    @property
    def packages(self) -> dict[str, int]:
        """The packages of Debian that it installs, with the lines of their instructions."""
        lists = ((found, one.line) for one in self.called("RUN") for found in APT.findall(one.text))
        return {word: line for text, line in lists for word in text.split() if PACKAGE.fullmatch(word)}


def read_dockerfile(path: Path) -> Dockerfile:
    """What *path* says; nothing where it is not there."""
    stages: dict[str, _Stage] = {}
    stage = _Stage()
    for one in _instructions(text_by_hand(path, "replace") if path.is_file() else ""):
        if one.name == "FROM":
            base, *alias = [word for word in one.words if not word.startswith("--")] or [""]
            stage = stages[alias[-1] if alias else ""] = _Stage(stages.get(base))
        else:
            stage.own.append(one)
    return Dockerfile(stage.instructions)


class _Stage:
    """One that begins where *base* ends."""

    def __init__(self, base: _Stage | None = None) -> None:
        self.base = base
        self.own: list[Instruction] = []

    @property
    def instructions(self) -> tuple[Instruction, ...]:
        """Those of all stages that it is made from, and its own."""
        chain, stage = [self.own], self.base
        while stage:
            chain.append(stage.own)
            stage = stage.base
        return tuple(one for own in reversed(chain) for one in own)


def _instructions(text: str) -> Iterator[Instruction]:
    """Each with its further lines, without comments between them."""
    begun: list[str] = []
    number = 0
    for at, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("#") or (begun and not line.strip()):
            continue
        number = number if begun else at
        begun.append(line.rstrip().removesuffix("\\"))
        if line.rstrip().endswith("\\"):
            continue
        found = INSTRUCTION.match(" ".join(begun))
        begun = []
        if found:
            yield Instruction(found[1].upper(), found[2].strip(), number)


def _copied(here: str, words: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Each path of the source that a COPY of those *words* takes, and where it puts it."""
    plain = [word for word in words if not word.startswith("--")]
    if plain and not any(word.startswith("--from") for word in words):
        *sources, target = plain
        yield from ((source.strip("/") or ".", posixpath.join(here, target)) for source in sources)
