"""A file of a project as its author wrote it: one that ends, and that a person or a tool could have written."""

from __future__ import annotations

import errno
import stat
from typing import TYPE_CHECKING

from deploytasks.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

LARGEST_MB = 64
"""The lock files of the largest projects have a few."""
LARGEST_BY_HAND_MB = 1
"""What people write themselves, such as a Dockerfile, has some kilobytes."""


def bytes_in(path: Path, largest_mb: int = LARGEST_MB) -> bytes:
    """What is in *path*; raises ``OSError`` also for what is no file, such as a pipe, and for one that is too large."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "is no file", str(path))
    if status.st_size > largest_mb << 20:
        raise OSError(errno.EFBIG, f"larger than {largest_mb} MB", str(path))
    return path.read_bytes()


def text_by_hand(path: Path, errors: str = "strict") -> str:
    """As ``text_in``, of a file that people write themselves; raises ``SourceError`` for one too large to be one."""
    return text_in(path, errors, LARGEST_BY_HAND_MB)


def text_in(path: Path, errors: str = "strict", largest_mb: int = LARGEST_MB) -> str:
    """The text of *path*; raises ``SourceError`` when there is none, or it cannot be read."""
    try:
        text = bytes_in(path, largest_mb).decode("utf-8-sig", errors)
    except UnicodeDecodeError as error:
        raise SourceError(f"{path}: not text at byte {error.start}; expected UTF-8") from error
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}") from error
    return text.replace("\r\n", "\n")
