"""What a project's own Dockerfile says of the app in its image."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from deploytasks.agent.regex import regex
from deploytasks.source.text_file import text_in

INSTRUCTION = regex(r"\s*([A-Za-z]+)\s+(.*)")
PORT = regex(r"(\d+)(?:/tcp)?", re.IGNORECASE)


def exposed_ports(path: Path) -> dict[int, int]:
    """The TCP ports that the last stage of *path* exposes, with their lines from 1 on; none where it cannot be read."""
    words = ((PORT.fullmatch(word), line) for word, line in _words(path, "EXPOSE"))
    return {int(port[1]): line for port, line in words if port}


def _words(path: Path, instruction: str) -> Iterator[tuple[str, int]]:
    """What *instruction* says in the last stage, as words or as a list of JSON, each with its line."""
    found: list[tuple[str, int]] = []
    lines = text_in(path, "replace").splitlines() if path.is_file() else []
    for number, line in enumerate(lines, 1):
        match = INSTRUCTION.match(line)
        if match and match[1].upper() == "FROM":
            found.clear()
        elif match and match[1].upper() == instruction:
            words = re.sub(r"[][\",]", " ", match[2].partition(" #")[0]).split()
            found += [(word, number) for word in words]
    return iter(found)
