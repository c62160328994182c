"""A name in the file system: what is there, and how something else gets there.

Readers see the old entry or the new one, never half of either: everything is written beside and renamed over
(rename(2)). Mode and owner are set before the rename. What holds something is never replaced by another kind of thing:
it may be somebody's data.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager
from typing import IO, Any, Dict, Iterator, Optional, Tuple

from deploytasks.agent.disk.blame import blamed_on
from deploytasks.agent.disk.digest import digest_of
from deploytasks.agent.disk.directory_handle import DirectoryHandle, give, is_roots, opened, parent_of
from deploytasks.agent.errors import StepError

Entry = Dict[str, Any]
"""What stands under a name, as a JSON object."""
UNFINISHED = ".deploytasks-new"
"""Ends the names of what is being made, see ``beside``."""
KINDS = {"file": "a file", "symlink": "a link", "directory": "a directory"}
"""How each kind is called in a sentence."""
DEEPEST_PACKAGE = 100
SAFE = 0o755
"""All that a mode may have of what root has taken: nobody else writes, nothing runs as its owner."""
NO_RIGHTS: Dict[str, Any] = {}


def read_entry(path: str) -> Optional[Entry]:
    """What is at *path*: None, or a dict whose ``kind`` is file, directory, symlink or other."""
    try:
        with parent_of(path) as (directory, name):
            return _entry(directory, name)
    except (FileNotFoundError, NotADirectoryError):
        return None


def read_directory(path: str) -> Optional[Entry]:
    """As ``read_entry``; a link that root made in a directory of its own to another directory counts as that."""
    try:
        with opened(path) as directory:
            return {"kind": "directory", **_rights(directory.itself())}
    except (FileNotFoundError, NotADirectoryError):
        return read_entry(path)


def write_entry(path: str, state: Optional[Entry]) -> None:
    """Make *path* be *state*, as ``read_entry`` returns it, in one rename.

    Raises ``StepError`` when something of another kind is there; a link that others may have made is replaced.
    """
    if state is None:
        remove_entry(path)
    elif state["kind"] == "directory":
        make_directory(path, state)
    elif state["kind"] == "symlink":
        with _replacing(path, "symlink") as (directory, new):
            directory.make_link(new, state["target"])
    elif state["kind"] == "file":
        write_file(path, state["content"].encode("utf-8", "surrogateescape"), state)
    else:
        raise StepError("%s is neither file, directory nor link; move it away" % path)


def write_file(path: str, content: bytes, rights: Dict[str, Any]) -> None:
    """*path* holds *content* with the ``mode``, ``owner`` and ``group`` of *rights*, on the disk before it is seen."""
    with writing(path, rights) as file:
        file.write(content)


@contextmanager
def writing(path: str, rights: Dict[str, Any], durable: bool = True) -> Iterator[IO[bytes]]:
    """What is written becomes the file at *path*, as ``write_file`` does it; an error leaves what was there.

    What need not outlive a power failure is not *durable*.
    """
    with _replacing(path, "file", durable) as (directory, new), directory.create(new) as file:
        yield file
        file.flush()
        give(file.fileno(), **_numbers(rights))
        if durable:
            os.fsync(file.fileno())


def give_rights(path: str, rights: Dict[str, Any]) -> bool:
    """The file at *path* has the ``mode``, ``owner`` and ``group`` of *rights*; False when it has other names as well.

    One of these may be somebody's who wants the rights for another file (link(2)).
    """
    with parent_of(path) as (directory, name):
        descriptor = directory.open(name)
        try:
            if os.fstat(descriptor).st_nlink > 1:
                return False
            give(descriptor, **_numbers(rights))
        finally:
            os.close(descriptor)
    return True


def take_whole(path: str) -> None:
    """The directory at *path*, and all that is in it, is root's, and nobody else's to write.

    Whoever had it may still act on names in it: a directory is taken before anything that is in it. Sockets and pipes
    go; links stay theirs, so that root does not follow them.
    """
    with opened(path) as directory:
        _take(directory)


def _take(directory: DirectoryHandle, depth: int = DEEPEST_PACKAGE) -> None:
    if not depth:
        raise StepError("%s is deeper than any package" % directory.path)
    directory.give(0, 0, stat.S_IMODE(directory.itself().st_mode) & SAFE)
    for name in directory.names():
        found = directory.look(name)
        if found is None:
            continue
        if stat.S_ISDIR(found.st_mode):
            with directory.below(name) as below:
                _take(below, depth - 1)
        elif stat.S_ISREG(found.st_mode):
            descriptor = directory.open(name)
            try:
                give(descriptor, 0, 0, stat.S_IMODE(found.st_mode) & SAFE)
            finally:
                os.close(descriptor)
        elif not stat.S_ISLNK(found.st_mode):
            directory.remove(name)


def append(path: str, content: bytes, mode: int = 0o600) -> None:
    """The file at *path* ends with *content*, on the disk; a new one has that *mode*."""
    with parent_of(path) as (directory, name), blamed_on(path):
        descriptor = directory.open(name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, mode)
        with os.fdopen(descriptor, "ab") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())


def make_directory(path: str, rights: Dict[str, Any] = NO_RIGHTS) -> None:
    """*path* is a directory with the ``mode``, ``owner`` and ``group`` of *rights*; a new one is 0700."""
    with _parent_of(path) as (parent, name):
        found = parent.look(name)
        if found is None:
            parent.make_directory(name)
        elif not stat.S_ISDIR(found.st_mode) and not stat.S_ISLNK(found.st_mode):
            raise StepError("%s is %s, where a directory is wanted; move it away" % (path, _kind(found)))
    try:
        with opened(path) as directory:
            directory.give(**_numbers(rights))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise StepError(
            "%s is a link that leads to no directory; put it right, or remove it" % path
        ) from error


def make_directories(path: str, mode: str = "0700") -> None:
    """*path* is a directory; it, and those above it that are not there yet, get that *mode*."""
    if read_directory(path) is None:
        make_directories(os.path.dirname(path), mode)
        make_directory(path, {"mode": mode})


def beside(path: str) -> str:
    """Where that is made which is then renamed to *path*; what lies there was left by a run that was cut short."""
    return os.path.join(os.path.dirname(path), _unfinished(os.path.basename(path)))


def remove_entry(path: str) -> None:
    """Nothing is at *path*; a directory goes only when nothing is in it but what a cut run was making."""
    try:
        with parent_of(path) as (parent, name):
            found = parent.look(name)
            if found is None:
                return
            if not stat.S_ISDIR(found.st_mode):
                parent.remove(name)
                return
            with parent.below(name) as directory:
                _sweep(directory)
            parent.remove_empty(name)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        if error.errno != errno.ENOTEMPTY:
            raise
        raise StepError("%s is a directory that is not empty; move it away" % path) from error


def remove_whole(path: str) -> None:
    """Nothing is at *path*, nor in what was there; links are removed and not followed."""
    try:
        with parent_of(path) as (parent, name):
            parent.remove_whole(name)
    except (FileNotFoundError, NotADirectoryError):
        return


def is_directory(path: str) -> bool:
    """Whether a directory, and no link to one, is at *path*."""
    return os.path.isdir(path) and not os.path.islink(path)


def is_bare(path: str) -> bool:
    """Whether nothing is seen in the directory at *path* but what a cut run was making."""
    try:
        with opened(path) as directory:
            return all(map(_is_unfinished, directory.names()))
    except OSError:
        return True


def _entry(directory: DirectoryHandle, name: str) -> Optional[Entry]:
    found = directory.look(name)
    if found is None:
        return None
    if stat.S_ISLNK(found.st_mode):
        return {"kind": "symlink", "target": directory.target(name)}
    if stat.S_ISDIR(found.st_mode):
        return {"kind": "directory", **_rights(found)}
    if stat.S_ISREG(found.st_mode):
        with os.fdopen(directory.open(name), "rb") as file:
            content, found = file.read(), os.fstat(file.fileno())
        text = content.decode("utf-8", "surrogateescape")
        return {"kind": "file", "content": text, "digest": digest_of(content), **_rights(found)}
    return {"kind": "other"}


def _sweep(directory: DirectoryHandle) -> None:
    for name in filter(_is_unfinished, directory.names()):
        directory.remove_whole(name)


def _unfinished(name: str) -> str:
    return ".%s%s" % (name[:200], UNFINISHED)


def _is_unfinished(name: str) -> bool:
    return name.startswith(".") and name.endswith(UNFINISHED)


@contextmanager
def _replacing(path: str, kind: str, durable: bool = True) -> Iterator[Tuple[DirectoryHandle, str]]:
    """The directory of *path* and the name in it under which a thing of that *kind* is to be made for *path*."""
    with _parent_of(path) as (directory, name), blamed_on(path):
        _require_room(directory, name, kind)
        new = _unfinished(name)
        directory.remove_whole(new)
        try:
            yield directory, new
            directory.rename(new, name)
        except BaseException:
            directory.remove_whole(new)
            raise
        if durable:
            directory.sync()


def _require_room(directory: DirectoryHandle, name: str, kind: str) -> None:
    """Raise ``StepError`` when what is called *name* is nothing that a thing of *kind* may take the place of."""
    found = directory.look(name)
    if found is None or _kind(found) == KINDS[kind]:
        return
    place = directory.place(name)
    if not stat.S_ISLNK(found.st_mode):
        raise StepError("%s is %s, where %s is wanted; move it away" % (place, _kind(found), KINDS[kind]))
    if directory.trusted and is_roots(found):
        target = directory.target(name)
        raise StepError(
            "%s is a link to %s, where %s is wanted; remove the link" % (place, target, KINDS[kind])
        )


def _kind(found: os.stat_result) -> str:
    if stat.S_ISREG(found.st_mode):
        return KINDS["file"]
    if stat.S_ISLNK(found.st_mode):
        return KINDS["symlink"]
    return KINDS["directory"] if stat.S_ISDIR(found.st_mode) else "a socket, a pipe or a device"


@contextmanager
def _parent_of(path: str) -> Iterator[Tuple[DirectoryHandle, str]]:
    """As ``parent_of``, for what is about to be made."""
    parent = os.path.dirname(path)
    try:
        with opened(parent) as directory:
            yield directory, os.path.basename(path)
    except (FileNotFoundError, NotADirectoryError) as error:
        if error.filename != parent:
            raise
        raise StepError(
            "the directory %s does not exist; a Directory step before this one makes it" % parent
        ) from error


def _numbers(rights: Dict[str, Any]) -> Dict[str, int]:
    """The owner, group and mode that *rights* names, as ``give`` takes them."""
    from deploytasks.agent.disk.owners import group_number, user_number

    return {
        "owner": user_number(rights["owner"]) if rights.get("owner") else -1,
        "group": group_number(rights["group"]) if rights.get("group") else -1,
        "mode": int(rights["mode"], 8) if rights.get("mode") else -1,
    }


def _rights(found: os.stat_result) -> Dict[str, str]:
    from deploytasks.agent.disk.owners import group_name, user_name

    return {
        "mode": "%04o" % stat.S_IMODE(found.st_mode),
        "owner": user_name(found.st_uid),
        "group": group_name(found.st_gid),
    }


def user_name(uid: int) -> str:
    """Who has that number; the number itself where nobody has."""
    from deploytasks.agent.disk import owners

    return owners.user_name(uid)
