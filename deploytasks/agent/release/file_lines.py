"""How the lines of a file differ, as far as somebody reads."""

from __future__ import annotations

import difflib
import os
from typing import Iterable, Iterator, Optional

from deploytasks.agent.disk.directory_handle import reading_bytes

MOST_LINES = 200
MOST_OF_A_FILE = 50
LONGEST_LINE = 300
LARGEST = 100_000
"""Of a file whose lines are compared: bytes."""
NO_LINES = "  (no lines are shown: it is no text, or large)"
NOTHING = "/dev/null"


def changed_lines(
    name: str, old: Optional[bytes], new: Optional[bytes], *, is_new: bool = False
) -> Iterator[str]:
    """A unified diff of two contents of the file *name*.

    None stands for a content that is not known.
    """
    before, after = "" if is_new else text_of(old), text_of(new)
    if before is None or after is None:
        yield NO_LINES
        return
    names = (NOTHING if is_new else name, name)
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), *names, lineterm="")
    yield from bounded(map(_cut, lines), MOST_OF_A_FILE)


def bounded(lines: Iterable[str], most: int = MOST_LINES) -> Iterator[str]:
    """The first *most* of *lines*, and how many there are more."""
    every = list(lines)
    yield from every[:most]
    if len(every) > most:
        yield "and %d lines more" % (len(every) - most)


def content_at(path: bytes) -> Optional[bytes]:
    """What the file at *path* holds; None for a large one."""
    try:
        with reading_bytes(os.fsdecode(path)) as file:
            content = file.read(LARGEST + 1)
    except OSError:
        return None
    return content if len(content) <= LARGEST else None


def text_of(content: Optional[bytes]) -> Optional[str]:
    """None for what is not there, or no text."""
    if content is None or b"\0" in content:
        return None
    return content.decode("utf-8", "replace")


def shown(path: bytes) -> str:
    """*path* for a line of its own."""
    text = path.decode("utf-8", "backslashreplace")
    return text if text.isprintable() else repr(text)[1:-1]


def _cut(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1] + "…"
