"""How a tree of files comes to lie in a directory: linked from where its contents are, or copied."""

from __future__ import annotations

import os
import stat
from typing import List, Tuple

from deploytasks.agent.disk.directory_handle import DirectoryHandle, parent_of
from deploytasks.agent.engine.blobs import Blobs
from deploytasks.agent.errors import StepError
from deploytasks.agent.files.manifest import Entry, Manifest

DIRECTORY_MODE = 0o755

PIECE = 1 << 20


def build(blobs: Blobs, directory: DirectoryHandle, name: str, listed: Manifest) -> None:
    """Make the tree *listed*, called *name* in *directory*, where nothing has that name, from what *blobs* hold."""
    builder = TreeBuilder(blobs, _made(directory, name))
    try:
        for entry in listed.entries:
            builder.place(entry)
    finally:
        builder.close()


class TreeBuilder:
    """The directories from the *root* of a tree to where its last entry was placed are open."""

    def __init__(self, blobs: Blobs, root: DirectoryHandle) -> None:
        self._blobs = blobs
        self._open: List[Tuple[str, DirectoryHandle]] = [("", root)]

    def place(self, entry: Entry) -> None:
        """*entry* is there; raises ``StepError`` when its content is not."""
        *above, name = entry.name.split("/")
        if entry.is_directory:
            self._descend([*above, name])
        elif entry.is_symlink:
            self._descend(above).make_link(name, os.fsdecode(self._blobs.read(entry.digest)))
        else:
            self._place_file(entry, self._descend(above), name)

    def close(self) -> None:
        while self._open:
            self._ascend()

    def _place_file(self, entry: Entry, directory: DirectoryHandle, name: str) -> None:
        source = self._blobs.find(entry.digest)
        if source is None:
            raise StepError("the content of %s did not arrive; deploy again" % entry.name)
        with parent_of(source) as (held, theirs):
            if self._blobs.is_unused(source):
                held.settle(theirs, _mode(entry), _time(entry))
            found = held.look(theirs)
            if found is None or not is_as_listed(found, entry) or not _link(directory, name, held, theirs):
                _copy(directory, name, held, theirs)
                directory.settle(name, _mode(entry), _time(entry))

    def _descend(self, names: List[str]) -> DirectoryHandle:
        """The directory that is called *names*, one below the other; what is not there yet is made."""
        while [name for name, _ in self._open[1:]] != names[: len(self._open) - 1]:
            self._ascend()
        for name in names[len(self._open) - 1 :]:
            self._open.append((name, _made(self._open[-1][1], name)))
        return self._open[-1][1]

    def _ascend(self) -> None:
        self._open.pop()[1].close()


def is_as_listed(found: os.stat_result, entry: Entry) -> bool:
    """Whether the regular file *found* is what *entry* says, by its rights and its time."""
    from deploytasks.agent.disk.owners import own_number

    rights = stat.S_IMODE(found.st_mode) == _mode(entry) and found.st_uid == own_number()
    return stat.S_ISREG(found.st_mode) and rights and found.st_mtime_ns == _time(entry)


def _made(directory: DirectoryHandle, name: str) -> DirectoryHandle:
    """The directory *name*, made or met again: in the order of their bytes come ``a/b``, ``a-b``, ``a/c``."""
    if directory.look(name) is None:
        directory.make_directory(name)
    made = directory.enter(name)
    made.give(mode=DIRECTORY_MODE)
    return made


def _link(directory: DirectoryHandle, name: str, held: DirectoryHandle, theirs: str) -> bool:
    """Whether it has a new name now; some file systems have no links, and all have a limit for them."""
    try:
        directory.make_hard_link(name, held, theirs)
    except OSError:
        return False
    return True


def _copy(directory: DirectoryHandle, name: str, held: DirectoryHandle, theirs: str) -> None:
    with os.fdopen(held.open(theirs), "rb") as source, directory.create(name) as copy:
        for piece in iter(lambda: source.read(PIECE), b""):
            copy.write(piece)


def _mode(entry: Entry) -> int:
    return 0o755 if entry.is_executable else 0o644


def _time(entry: Entry) -> int:
    """Nanoseconds since the epoch: a moment between 2001 and 2010 that only this content has."""
    return (1_000_000_000 + int(entry.digest[:7], 16)) * 1_000_000_000 + int(entry.digest[7:14], 16)
