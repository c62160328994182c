"""Who else may read or write a file of this machine, by what its file system keeps of that."""

from __future__ import annotations

import os
import stat
import tempfile
from functools import lru_cache
from pathlib import Path

from deploytasks.here.access_list import others_in_access_list

OTHERS_READ = stat.S_IRWXG | stat.S_IRWXO
OTHERS_WRITE = stat.S_IWOTH


@lru_cache
def keeps_modes(directory: Path) -> bool:
    """Whether the file system at *directory* keeps modes: a file made for its owner alone is then nobody else's.

    Found out by making one. Where none can be made, modes count as kept.
    """
    try:
        with tempfile.NamedTemporaryFile(dir=directory, prefix=".deploytasks-") as made:
            return not os.fstat(made.fileno()).st_mode & OTHERS_READ
    except OSError:
        return True


def anyone_may_write(path: Path, status: os.stat_result) -> bool:
    """Whether the mode in *status*, that of the regular file *path*, lets anyone write, and means it."""
    is_open = stat.S_ISREG(status.st_mode) and bool(status.st_mode & OTHERS_WRITE)
    return is_open and keeps_modes(path.absolute().parent)


def who_else_may_read(path: Path) -> str:
    """Who may read *path* besides its owner, and what to do about it; empty for nobody.

    Where the file system keeps no modes its access list is asked, if there are such; else everybody may.
    Raises ``OSError`` for a file that is not there.
    """
    mode = path.stat().st_mode
    if not mode & OTHERS_READ:
        return ""
    if keeps_modes(path.absolute().parent):
        return f"is readable by others (mode {stat.S_IMODE(mode):04o}); chmod 600 {path}"
    others = others_in_access_list(path)
    if others is None:
        return (
            "lies on a file system that keeps no permissions, so anyone may read it; "
            f"move it to one that does, such as {Path('~') / '.ssh' / path.name}"
        )
    return others and f"is readable by others ({others}); icacls {path} /inheritance:r /grant:r %USERNAME%:F"


def is_own(status: os.stat_result) -> bool:
    """Whether the file is of who runs this; where files have no number of an owner, it is."""
    own_number = getattr(os, "getuid", None)
    return own_number is None or status.st_uid == own_number()
