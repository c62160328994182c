"""Hosts in turns, and how many of them may fail."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from deploytasks.agent.frozen import frozen
from deploytasks.errors import ConfigError

if TYPE_CHECKING:
    from deploytasks.fleet.visit import Visit

T = TypeVar("T")


def in_batches(items: Sequence[T], sizes: Sequence[int | str]) -> Iterator[Sequence[T]]:
    """*items* in turns of *sizes* (``1``, ``"25%"`` of all); the last size repeats. No sizes: all at once.

    Follows Ansible's ``serial``.
    """
    left, turn = list(items), 0
    while left:
        size = portion(sizes[min(turn, len(sizes) - 1)], len(items)) if sizes else len(left)
        yield left[:size]
        left, turn = left[size:], turn + 1


def portion(size: int | str, total: int) -> int:
    """How many of *total* a size such as ``2`` or ``"25%"`` means: at least one; raises ``ConfigError``."""
    text = str(size).strip()
    number = text.removesuffix("%")
    if not number.isdigit() or int(number) < 1 or (text.endswith("%") and int(number) > 100):
        raise ConfigError(f"{text!r} is no number of hosts; expected one such as 2 or 25%")
    return max(math.floor(total * int(number) / 100), 1) if text.endswith("%") else int(number)


@frozen
class MaxFail:
    """More than *limit* failed hosts, of all, end a run."""

    limit: float

    @classmethod
    def of(cls, limit: int | str | None, total: int) -> MaxFail:
        """None means that the first failed batch ends the run; raises ``ConfigError``."""
        if limit is None or str(limit) == "0":
            return cls(0)
        return cls(portion(limit, total))

    def is_passed_by(self, visits: Sequence[Visit]) -> bool:
        """Whether too many of *visits* have failed."""
        return sum(1 for visit in visits if visit.has_failed) > self.limit
