"""A lock of dpkg's or apt's, as they take it."""

from __future__ import annotations

import fcntl
import os

from deploytasks.agent.disk.directory_handle import parent_of


def is_held(path: str) -> bool:
    """Whether another process has the lock at *path*, which dpkg takes with fcntl(2), not flock(2)."""
    try:
        with parent_of(path) as (directory, name), os.fdopen(directory.open(name, os.O_RDWR), "r+b") as file:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False
