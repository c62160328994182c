"""A program and all that it has started."""

from __future__ import annotations

import os
import signal


def kill(leader: int) -> None:
    """End the process *leader*, which has a session of its own, and its children."""
    os.killpg(leader, signal.SIGKILL)
