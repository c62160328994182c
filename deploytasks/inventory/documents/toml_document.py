"""A TOML document, every key with its line."""

from __future__ import annotations

import re
import sys

from deploytasks.agent.regex import regex
from deploytasks.inventory.documents.branch import Branch, Path, PlainBranch
from deploytasks.inventory.refused import Refused

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

KEY = r"""[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*'"""
DOTTED = rf"\s*((?:{KEY})(?:\s*\.\s*(?:{KEY}))*)\s*"
TABLE = regex(rf"\s*\[\[?{DOTTED}\]")
ASSIGNMENT = regex(rf"{DOTTED}=")


def toml_document(text: str) -> Branch:
    """What *text* says; raises `Refused` for what is no TOML."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        raise Refused(f"no TOML: {error}", line=int(place[1]) if place else text.count("\n") + 1) from error
    except (ValueError, RecursionError) as error:
        raise Refused(f"no TOML: {error}", line=1) from error
    return PlainBranch(content, _Lines(text).of)


class _Lines:
    """The line of each key that is written out; what stands inside of a value has that one's."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {(): 1}
        table: Path = ()
        for number, line in enumerate(text.split("\n"), start=1):
            header, assignment = TABLE.match(line), ASSIGNMENT.match(line)
            if header:
                table = _keys(header[1])
                self._add(table, number)
            elif assignment:
                self._add((*table, *_keys(assignment[1])), number)

    def of(self, path: Path) -> int:
        """The line of the nearest key above *path* that is written out."""
        known = (self._lines.get(path[:depth]) for depth in range(len(path), -1, -1))
        return next(filter(None, known))

    def _add(self, path: Path, number: int) -> None:
        for depth in range(1, len(path) + 1):
            self._lines.setdefault(path[:depth], number)


def _keys(dotted: str) -> Path:
    """``a."b.c"`` as a path; TOML's own reader knows what quotes mean."""
    keys = re.findall(KEY, dotted)
    return tuple(next(iter(tomllib.loads(f"{key} = 1"))) for key in keys)
