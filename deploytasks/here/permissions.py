"""Who else may read or write a file of this machine, by what its file system keeps of that."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from functools import cache
from pathlib import Path

from deploytasks.here.access_list import has_access_lists, others_in_access_list

OTHERS = stat.S_IRWXG | stat.S_IRWXO
NOT_KEPT = (
    "this file system keeps no permissions: any user of this machine may read and write what lies there"
)


def anyone_may_write(path: Path, status: os.stat_result) -> bool:
    """Whether *path*, whose *status* that is, is a file that anyone may write to, and its mode means it.

    That no permissions are kept there is told, once.
    """
    if not (stat.S_ISREG(status.st_mode) and status.st_mode & stat.S_IWOTH):
        return False
    return _mode_counts(path) or _is_told(path)


def who_else_may_read(path: Path) -> str:
    """That others than its owner may read *path*, and what to do about it; empty if nobody else may.

    Where no permissions are kept, that is told, once, and does not count. Raises ``OSError``.
    """
    mode = path.stat().st_mode
    if not mode & OTHERS:
        return ""
    if _mode_counts(path):
        return f"is readable by others (mode {stat.S_IMODE(mode):04o}); chmod 600 {path}"
    others = others_in_access_list(path) if has_access_lists() else str(_is_told(path) or "")
    return others and f"is readable by others ({others}); icacls {path} /inheritance:r /grant:r %USERNAME%:F"


def who_else_may_use(key: Path) -> str:
    """As ``who_else_may_read``, of a private *key*, for which a place without permissions is none."""
    if key.stat().st_mode & OTHERS and not (has_access_lists() or _mode_counts(key)):
        better = Path("~", ".ssh", key.name)
        return f"lies on a file system that keeps no permissions, so anyone may read it; move it to {better}"
    return who_else_may_read(key)


def keeps_permissions(directory: Path) -> bool:
    """Whether a file that is made in *directory* can be its owner's alone; so it is where none can be made."""
    return has_access_lists() or _keeps_modes(directory.absolute()) is not False


def is_own(status: os.stat_result) -> bool:
    """Whether the file is of who runs this; where files have no number of an owner, it is."""
    own_number = getattr(os, "getuid", None)
    return own_number is None or status.st_uid == own_number()


def _mode_counts(path: Path) -> bool:
    """Whether the file system at *path* keeps modes, found out by looking."""
    kept = _keeps_modes(path.absolute().parent)
    return _changes(path) if kept is None else kept


@cache
def _keeps_modes(directory: Path) -> bool | None:
    """Whether a file that is made in *directory* for its owner alone is nobody else's; None if none can be made."""
    try:
        with tempfile.NamedTemporaryFile(dir=directory, prefix=".deploytasks-") as made:
            return not os.fstat(made.fileno()).st_mode & OTHERS
    except OSError:
        return None


def _changes(path: Path) -> bool:
    """Whether the mode of *path*, which lets others do something, is one that chmod(2) can change."""
    mode = stat.S_IMODE(path.stat().st_mode)
    try:
        path.chmod(mode & ~OTHERS)
        changed = stat.S_IMODE(path.stat().st_mode) != mode
        path.chmod(mode)
    except PermissionError:
        return True
    except OSError:  # It is read-only.
        return False
    return changed


def _is_told(path: Path) -> bool:
    """False, once it is told that no permissions are kept there; access lists are some."""
    place = path.absolute()
    if not has_access_lists():
        _tell(str(next(parent for parent in place.parents if os.path.ismount(parent))))
    return False


@cache
def _tell(mount: str) -> None:
    sys.stderr.write(f"{mount}: {NOT_KEPT}\n")
