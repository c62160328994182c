"""A directory tree with known contents."""

from __future__ import annotations

import os
import stat
from typing import Iterator, List, Optional, Tuple

from deploytasks.agent.disk.blame import blamed_on
from deploytasks.agent.disk.digest import digest_of
from deploytasks.agent.disk.directory_handle import DirectoryHandle, parent_of, reading_bytes
from deploytasks.agent.disk.entry import beside, read_entry, remove_whole
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.files.manifest import Entry, Manifest
from deploytasks.agent.files.tree_builder import build, is_as_listed
from deploytasks.agent.frozen import frozen

SHOWN = 5


@frozen
class Tree(Resource):
    """*path* holds exactly what the manifest of *digest* lists.

    *manifest* is where that list is kept.

    A file's modification time is a function of its content, so whether a tree is as listed is
    seen from its directories alone, and a web server's ETag changes with the content only, on
    every host alike. A file that came with the plan, or that an earlier release holds, is linked, not copied;
    trees are immutable. What is called as a listed file, and ends with one of *beside*, was made of it here.
    """

    path: str
    manifest: str
    digest: str
    beside: Tuple[str, ...] = ()

    def desired(self) -> State:
        return {"kind": "directory", "manifest": self.digest}

    def inspect(self, machine: Machine) -> State:
        entry = read_entry(machine.path(self.path))
        if entry is None or entry["kind"] != "directory":
            return entry
        listed = self.listed(machine)
        if listed is None:
            return {"kind": "directory", "manifest": "unknown"}
        differing = list(differences(machine.path(self.path), listed, self.beside))
        return {"kind": "directory", "manifest": "differs: " + _some(differing) if differing else self.digest}

    def apply(self, machine: Machine, change: Change) -> None:
        path = machine.path(self.path)
        if change.after is None:
            remove_whole(path)
            return
        listed = self.listed(machine)
        if listed is None:
            raise StepError("the list of files did not arrive; deploy again")
        with parent_of(path) as (directory, name):
            _replace(machine, directory, name, listed)

    def brings_back(self, machine: Machine, before: State) -> bool:
        """A tree that somebody changed is not remembered as it was; as listed it is better."""
        del machine
        return before is None or before.get("kind") != "directory" or before["manifest"] == self.digest

    def lacks(self, machine: Machine) -> Tuple[str, ...]:
        listed = self.listed(machine)
        if listed is None:
            return (self.digest,)
        if os.path.isdir(machine.path(self.path)) and not any(
            differences(machine.path(self.path), listed, self.beside)
        ):
            return ()
        wanted = {entry.digest for entry in listed.entries if not entry.is_directory}
        return tuple(sorted(digest for digest in wanted if machine.blobs.find(digest) is None))

    def listed(self, machine: Machine) -> Optional[Manifest]:
        """The list of what lies here; None where that is not known."""
        for content in (_content(machine.path(self.manifest)), machine.blobs.peek(self.digest)):
            if content is not None and digest_of(content) == self.digest:
                return Manifest.parse(content)
        return None


def hold_tree(machine: Machine, path: str, manifest: str) -> None:
    """Offer the unchanged files of the tree at *path* to ``machine.blobs``."""
    content = _content(machine.path(manifest))
    try:
        entries = Manifest.parse(content or b"").entries
    except ValueError:
        return
    for entry in entries:
        place = os.path.join(os.fsencode(machine.path(path)), entry.path)
        if not entry.is_directory and not entry.is_symlink and _lies_as_listed(place, entry):
            machine.blobs.hold(entry.digest, os.fsdecode(place))


def differences(path: str, listed: Manifest, made: Tuple[str, ...] = ()) -> Iterator[bytes]:
    """The paths below *path* that are not as *listed*, or not listed at all; *made* is how names end of what may be."""
    expected = {entry.path: entry for entry in listed.entries}
    ends = tuple(map(os.fsencode, made))
    files = {entry.path + end for entry in listed.entries for end in ends if not entry.is_directory}
    parents = {parent for entry in listed.entries for parent in _parents(entry.path)}
    for found in _walk(os.fsencode(path), b""):
        entry = expected.pop(found, None)
        if (entry is None and found not in parents and found not in files) or (
            entry is not None and not _lies_as_listed(os.path.join(os.fsencode(path), found), entry)
        ):
            yield found
    yield from expected


def _replace(machine: Machine, directory: DirectoryHandle, name: str, listed: Manifest) -> None:
    from deploytasks.agent.disk.page_cache import sync

    new, old = (os.path.basename(beside(word)) for word in (name, name + ".old"))
    for leftover in (new, old):
        directory.remove_whole(leftover)
    try:
        with blamed_on(directory.place(new)):
            build(machine.blobs, directory, new, listed)
        sync()  # before the name is seen: a power failure must not leave empty files that look right
        if directory.look(name) is not None:
            directory.rename(name, old)
        directory.rename(new, name)
    finally:
        directory.remove_whole(new)
        directory.remove_whole(old)


def _lies_as_listed(place: bytes, entry: Entry) -> bool:
    try:
        found = os.lstat(place)
    except OSError:
        return False
    if entry.is_symlink:
        return stat.S_ISLNK(found.st_mode) and digest_of(os.readlink(place)) == entry.digest
    return stat.S_ISDIR(found.st_mode) if entry.is_directory else is_as_listed(found, entry)


def _walk(root: bytes, below: bytes) -> Iterator[bytes]:
    for found in os.scandir(os.path.join(root, below)):
        path = os.path.join(below, found.name)
        yield path
        if found.is_dir(follow_symlinks=False):
            yield from _walk(root, path)


def _parents(path: bytes) -> Iterator[bytes]:
    while b"/" in path:
        path = path.rpartition(b"/")[0]
        yield path


def _some(paths: List[bytes]) -> str:
    names = [path.decode("utf-8", "backslashreplace") for path in sorted(paths)[:SHOWN]]
    return ", ".join(names) + (" and %d more" % (len(paths) - SHOWN) if len(paths) > SHOWN else "")


def _content(path: Optional[str]) -> Optional[bytes]:
    try:
        with reading_bytes(path or "") as file:
            return file.read()
    except OSError:
        return None
