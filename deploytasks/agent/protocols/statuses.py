"""The status codes of answers that are wanted."""

from __future__ import annotations

from typing import Tuple


def ranges(text: str) -> Tuple[Tuple[int, int], ...]:
    """The pairs that ``200-399`` or ``200,204,300-310`` names; raises ``ValueError`` for anything else."""
    parts = [part.partition("-") for part in text.split(",")]
    return tuple((int(low), int(high or low)) for low, _, high in parts)
