"""A name in the file system: what is there, and how something else gets there.

Readers see the old entry or the new one, never half of either: everything is written beside
and renamed over (rename(2)). Mode and owner are set before the rename.
"""

from __future__ import annotations

import errno
import grp
import os
import pwd
import shutil
import stat
from typing import Any, Dict

from deploytasks.agent.files.blame import blamed_on
from deploytasks.agent.files.blobs import digest_of
from deploytasks.agent.resource import State, StepError

UNFINISHED = ".deploytasks-new"
"""Ends the names of what is being made, see ``beside``."""


def read_entry(path: str) -> State:
    """What is at *path*: None, or a dict whose ``kind`` is file, directory, symlink or other."""
    try:
        found = os.lstat(path)
        if stat.S_ISLNK(found.st_mode):
            return {"kind": "symlink", "target": os.readlink(path)}
        if stat.S_ISDIR(found.st_mode):
            return {"kind": "directory", **_rights(found)}
        if stat.S_ISREG(found.st_mode):
            with open(path, "rb") as file:
                content = file.read()
            text = content.decode("utf-8", "surrogateescape")
            return {"kind": "file", "content": text, "digest": digest_of(content), **_rights(found)}
    except (FileNotFoundError, NotADirectoryError):
        return None
    return {"kind": "other"}


def write_entry(path: str, state: State) -> None:
    """Make *path* be *state*, as ``read_entry`` returns it; what is there is replaced in one rename."""
    if state is None:
        remove_entry(path)
    elif state["kind"] == "directory":
        _make_directory(path, state)
    elif state["kind"] == "symlink":
        _replace(path, lambda new: os.symlink(state["target"], new))
    elif state["kind"] == "file":
        write_file(path, state["content"].encode("utf-8", "surrogateescape"), state)
    else:
        raise StepError("%s is neither file, directory nor link; move it away" % path)


def write_file(path: str, content: bytes, rights: Dict[str, Any]) -> None:
    """*path* holds *content* with the ``mode``, ``owner`` and ``group`` of *rights*, on the disk before it is seen."""

    def write(new: str) -> None:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with blamed_on(path), os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            set_rights(file.fileno(), rights)
            os.fsync(file.fileno())

    _replace(path, write)


def beside(path: str) -> str:
    """Where that is made which is then renamed to *path*; what lies there was left by a run that was cut short."""
    return os.path.join(os.path.dirname(path), ".%s%s" % (os.path.basename(path)[:200], UNFINISHED))


def remove_entry(path: str) -> None:
    """Nothing is at *path*; a directory goes only when nothing is in it but what a cut run was making."""
    try:
        if os.path.isdir(path) and not os.path.islink(path):
            _sweep(path)
            os.rmdir(path)
        else:
            os.unlink(path)
    except FileNotFoundError:
        return
    except OSError as error:
        if error.errno != errno.ENOTEMPTY:
            raise
        raise StepError("%s is a directory that is not empty; move it away" % path) from error


def is_bare(path: str) -> bool:
    """Whether nothing is seen in the directory at *path* but what a cut run was making."""
    try:
        return all(_is_unfinished(name) for name in os.listdir(path))
    except OSError:
        return True


def set_rights(target: Any, rights: Dict[str, Any]) -> None:
    """Give *target*, a path or a descriptor, the owner, group and mode that *rights* names."""
    owner = _uid(rights["owner"]) if rights.get("owner") else -1
    group = _gid(rights["group"]) if rights.get("group") else -1
    if (owner, group) != (-1, -1):
        os.chown(target, owner, group)
    if rights.get("mode"):
        os.chmod(target, int(rights["mode"], 8))


def _sweep(directory: str) -> None:
    for found in list(os.scandir(directory)):
        if _is_unfinished(found.name):
            if found.is_dir(follow_symlinks=False):
                shutil.rmtree(found.path)
            else:
                os.unlink(found.path)


def _is_unfinished(name: str) -> bool:
    return name.startswith(".") and name.endswith(UNFINISHED)


def _make_directory(path: str, state: Dict[str, Any]) -> None:
    if not os.path.isdir(path) or os.path.islink(path):
        _require_parent(path)
        if os.path.lexists(path):
            os.unlink(path)
        os.mkdir(path, 0o700)
    set_rights(path, state)


def _replace(path: str, make: Any) -> None:
    _require_parent(path)
    new = beside(path)
    if os.path.lexists(new):
        os.unlink(new)
    try:
        make(new)
        if os.path.isdir(path) and not os.path.islink(path):
            remove_entry(path)
        os.replace(new, path)
    except BaseException:
        if os.path.lexists(new):
            os.unlink(new)
        raise
    sync_directory(os.path.dirname(path))


def _require_parent(path: str) -> None:
    parent = os.path.dirname(path)
    if not os.path.isdir(parent):
        raise StepError("the directory %s does not exist; a Directory step before this one makes it" % parent)


def sync_directory(path: str) -> None:
    """The names in the directory at *path* outlive a power failure (fsync(2))."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _rights(found: os.stat_result) -> Dict[str, str]:
    return {
        "mode": "%04o" % stat.S_IMODE(found.st_mode),
        "owner": _user_name(found.st_uid),
        "group": _group_name(found.st_gid),
    }


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _group_name(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def _uid(name: str) -> int:
    return int(name) if name.isdigit() else int(_lookup(pwd.getpwnam, name, "user").pw_uid)


def _gid(name: str) -> int:
    return int(name) if name.isdigit() else int(_lookup(grp.getgrnam, name, "group").gr_gid)


def _lookup(find: Any, name: str, what: str) -> Any:
    try:
        return find(name)
    except KeyError as missing:
        raise StepError("there is no %s %r; a step before this one must make it" % (what, name)) from missing
