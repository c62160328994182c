"""What a stream is cut into on its way through the conversation."""

from __future__ import annotations

import os

PIECE = 1 << 16
AHEAD = 32
"""So many pieces may be on their way in each direction before one of them has been taken."""


def write_all(descriptor: int, left: bytes) -> None:
    """Write all of *left*, however little is taken at a time; raises ``OSError``."""
    while left:
        left = left[os.write(descriptor, left) :]
