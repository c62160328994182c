"""Which file an error of the operating system is about."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import Iterator

NO_INODES = "no inodes left on this file system, which holds too many files (df --inodes)"


@contextmanager
def blamed_on(path: str) -> Iterator[None]:
    """An ``OSError`` without a file's name, as that of write(2) on a full disk, gets the name *path*.

    Whether space or inodes ran out is seen here, before what was half made is cleared away.
    """
    try:
        yield
    except OSError as error:
        error.filename = error.filename or path
        if error.errno == errno.ENOSPC:
            from deploytasks.agent.disk.inodes import are_used_up

            error.strerror = NO_INODES if are_used_up(os.path.dirname(path)) else error.strerror
        raise
