"""The project's documents, and the blocks of code in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/*.md", "roles/*/README.md", "examples/*/README.md")
    for path in REPOSITORY.glob(pattern)
)
BLOCK = re.compile(r"^```(\S*) ?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block: its *language*, the *file* that it says it is, and the *document* that it stands in."""

    language: str
    file: str
    text: str
    document: Path

    @property
    def name(self) -> str:
        """For messages."""
        return f"{self.document.relative_to(REPOSITORY)}: {self.file or self.text[:40]!r}"


def blocks(*languages: str) -> list[Block]:
    """The blocks of all documents that are in one of *languages*."""
    found = [Block(*match.groups(), path) for path in DOCUMENTS for match in BLOCK.finditer(path.read_text())]
    return [block for block in found if block.language in languages]


def block(file: str) -> Block:
    """The only block that says it is *file*."""
    (found,) = [block for block in blocks("python", "ini") if block.file == file]
    return found
