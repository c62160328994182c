"""How many files a file system can hold, which is another thing than how much."""

from __future__ import annotations

import os


def are_used_up(directory: str) -> bool:
    """Of the two things that a file system runs out of; one without a limit has 0 of 0 (statvfs(3))."""
    try:
        found = os.statvfs(directory)
    except OSError:
        return False
    return found.f_files > 0 and found.f_ffree == 0
