"""What was found in a project: a variable of ours, or a remark about what became none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True)
class Finding:
    """The variable *name* of ours has *value*; *where* is the ``file:line`` that says so."""

    name: str
    value: Any
    where: str


@dataclass(frozen=True)
class Remark:
    """What *where* says became no variable: *text* tells why, and what to do."""

    text: str
    where: str


@dataclass(frozen=True)
class Done:
    """What the task at *where* does is done by ``inv deploy`` itself: *text* says by what."""

    text: str
    where: str


Found: TypeAlias = "Iterator[Finding | Remark | Done]"
