"""What waits in a pipe to be read."""

from __future__ import annotations

import select
import sys


def holds_something(descriptor: int) -> bool:
    """Whether there are bytes in the pipe *descriptor* now; where a pipe cannot be asked, there are none."""
    if sys.platform == "win32" or not hasattr(select, "poll"):
        return False
    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN)
    return any(event & select.POLLIN for _, event in waiting.poll(0))
