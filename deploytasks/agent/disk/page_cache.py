"""What the kernel holds back of what was written."""

from __future__ import annotations

import contextlib
import os


def sync() -> None:
    """All of it is on the disk (sync(2))."""
    os.sync()


def to_disk_soon(descriptor: int) -> None:
    """What was written so far goes to the disk while more of it arrives (posix_fadvise(2))."""
    with contextlib.suppress(OSError):
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
