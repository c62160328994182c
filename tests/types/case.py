"""One question to a type of ours and to a module of Ansible's: the same start, the same end?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from deploytasks.agent.engine.resource import Resource

PLACE = "/srv/types"
SEEN = r"""
find {path} -printf '%P %y %m %u %g %l\n' 2>/dev/null | LC_ALL=C sort
find {path} -type f 2>/dev/null | LC_ALL=C sort | xargs -r cat -A
"""
"""What is asked of a path: all names below it with their rights, and what the files say."""


@dataclass(frozen=True)
class Case:
    """*ours*, and Ansible's *module* with *args*, after the shell line *before*; *question* is one that shows the end.

    Where they differ on purpose *differs* says why, and nothing else is compared.
    """

    name: str
    ours: Resource
    module: str
    args: dict[str, Any]
    before: str = "true"
    question: str = ""
    differs: str = ""

    @property
    def type(self) -> str:
        return type(self.ours).__name__

    @property
    def title(self) -> str:
        """What it is called among all."""
        return f"{self.type}: {self.name}"


def path_of(title: str) -> str:
    """A place of its own for the case of that *title*."""
    return f"{PLACE}/{''.join(letter if letter.isalnum() else '-' for letter in title)}"
