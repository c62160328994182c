"""An environment.yml of conda: what it has pip install."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex
from deploytasks.errors import SourceError
from deploytasks.source.text_file import text_in

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("environment.yml", "environment.yaml")
OF_EVERY_ENVIRONMENT = ("python", "pip", "setuptools", "wheel")
_ITEM = regex(r"^(?P<indent>\s*)-\s+(?P<text>.+?)\s*$")
_COMMENT = regex(r"(?:^|\s)#.*$")


@frozen
class Dependency:
    """What *line* of the file wants: by pip, or by conda."""

    line: int
    text: str
    by_pip: bool

    @property
    def name(self) -> str:
        """Without its channel and version."""
        return re.split(r"[\s=<>!~\[;]", self.text.rpartition("::")[2])[0].lower()


def dependencies_in(path: Path) -> tuple[Dependency, ...]:
    """What stands below ``dependencies:`` in *path*, line by line; raises ``SourceError`` when it cannot be read."""
    return tuple(_dependencies(text_in(path).splitlines()))


def lines_for_pip(path: Path) -> list[tuple[int, str]]:
    """The lines below ``pip:``, with their numbers; raises ``SourceError`` for what only conda could install."""
    found = dependencies_in(path)
    by_conda = [one for one in found if not one.by_pip and one.name not in OF_EVERY_ENVIRONMENT]
    if by_conda:
        names = ", ".join(one.text for one in by_conda)
        raise SourceError(
            f"{path}:{by_conda[0].line}: conda is not used here, and wants: {names}; write them below pip:, by the "
            "names that the index has, or set app_requirements to a requirements.txt"
        )
    return [(one.line, one.text) for one in found if one.by_pip]


def _dependencies(lines: list[str]) -> Iterator[Dependency]:
    inside, below_pip = False, -1
    for number, raw in enumerate(lines, 1):
        line = _COMMENT.sub("", raw).rstrip()
        item = _ITEM.match(line)
        if line and not line[0].isspace() and not item:
            inside = line.startswith("dependencies:")
        elif inside and item:
            indent, text = len(item["indent"]), item["text"].strip("\"'")
            below_pip = below_pip if indent > below_pip else -1
            if text == "pip:":
                below_pip = indent
            else:
                yield Dependency(number, text, by_pip=below_pip >= 0)
