"""Whether there is a person."""

from __future__ import annotations

import sys


def is_typed() -> bool:
    """Whether somebody types at a terminal what this process reads; it may have been started without any input."""
    return sys.stdin is not None and sys.stdin.isatty()
