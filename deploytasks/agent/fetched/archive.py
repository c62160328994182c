"""A directory that holds what is packed in an archive."""

from __future__ import annotations

import os
from typing import Any, Dict, Iterable, Optional, Set, Tuple

from deploytasks.agent.disk.blame import blamed_on
from deploytasks.agent.disk.digest import digest_of_file
from deploytasks.agent.disk.directory_handle import DirectoryHandle, give, opened, parent_of, reading_bytes
from deploytasks.agent.disk.entry import beside, is_bare, make_directory, read_entry, remove_whole, write_file
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.fetched.members import DIRECTORY, LINK, Member, members
from deploytasks.agent.frozen import frozen

MARK = ".deploytasks-archive"
"""In the directory: the digest of what was unpacked there."""
MOST_MEMBERS = 200_000
PIECE = 1 << 18


@frozen
class Archive(Resource):
    """The directory *dest* holds what the archive *src* has, tar or zip.

    *src* is a file of the host, such as one that ``Download`` has brought; tar may be packed with gzip, bzip2 or xz.
    The first *strip* names of each path are left out (tar's ``--strip-components``). It is unpacked beside *dest*
    and takes its place as a whole; another archive takes the place of the one before. What else is there is not
    replaced, but for an empty directory. With *creates*, a path, nothing is unpacked while that exists.

    All is *owner*'s and *group*'s; files are 0644, programs and directories 0755. Refused is an archive that would
    write elsewhere (``..``, absolute names, links that lead out), one with devices, and one of more than *most_bytes*.
    Parameters as in ansible.builtin.unarchive with ``remote_src``. Raises ``ValueError``.
    """

    src: str
    dest: str
    creates: str = ""
    strip: int = 0
    owner: str = "root"
    group: str = "root"
    most_bytes: int = 4_000_000_000

    def __post_init__(self) -> None:
        if self.strip < 0 or self.most_bytes < 1:
            raise ValueError("strip and most_bytes; expected no number below zero")

    def desired(self) -> State:
        return {"kind": "directory", "unpacked": True}

    def inspect(self, machine: Machine) -> State:
        if self.creates and read_entry(machine.path(self.creates)) is not None:
            return self.desired()
        found = read_entry(machine.path(self.dest))
        if found is None:
            return None
        mark = _mark(machine.path(self.dest))
        unpacked = bool(mark) and mark == _digest(machine.path(self.src))
        return {"kind": found["kind"], "unpacked": unpacked, "mark": mark}

    def brings_back(self, machine: Machine, before: State) -> bool:
        """Only that nothing was there."""
        del machine
        return before is None

    def apply(self, machine: Machine, change: Change) -> None:
        dest = machine.path(self.dest)
        if change.after is None:
            remove_whole(dest)
            return
        if change.before is not None and not (change.before.get("mark") or is_bare(dest)):
            raise StepError("%s is there, and no archive was unpacked in it; move it away" % self.dest)
        new = beside(dest)
        remove_whole(new)
        try:
            self._unpack(machine.path(self.src), new)
            remove_whole(dest)
            with parent_of(dest) as (parent, name):
                parent.rename(os.path.basename(new), name)
                parent.sync()
        except BaseException:
            remove_whole(new)
            raise

    def _unpack(self, src: str, new: str) -> None:
        if not _digest(src):
            raise StepError("there is no %s; a step before this one brings it" % self.src)
        make_directory(new, {"mode": "0700"})
        try:
            with reading_bytes(src) as file, opened(new) as top, blamed_on(new):
                digest = digest_of_file(file)
                with members(file, self.strip) as found:
                    _Unpacking(top, self._numbers, self.most_bytes).take(found)
        except _broken() as error:
            reason = str(error).splitlines()[0] if str(error) else "it ends too early"
            raise StepError(
                "%s is no archive that can be read: %s" % (self.src, reason.rstrip(":"))
            ) from error
        write_file(os.path.join(new, MARK), digest.encode(), {"mode": "0644"})
        make_directory(new, {"mode": "0755", "owner": self.owner, "group": self.group})

    @property
    def _numbers(self) -> Tuple[int, int]:
        from deploytasks.agent.disk.owners import group_number, user_number

        return user_number(self.owner), group_number(self.group)


class _Unpacking:
    """Fills the directory *top*, which nobody else can write to by then; links come last, so none is gone through."""

    def __init__(self, top: DirectoryHandle, owner: Tuple[int, int], most_bytes: int) -> None:
        self._top = top
        self._owner = owner
        self._left = most_bytes
        self._made: Set[Tuple[str, ...]] = set()

    def take(self, found: Iterable[Member]) -> None:
        links: Dict[Tuple[str, ...], str] = {}
        for number, member in enumerate(found):
            if number >= MOST_MEMBERS:
                raise StepError("the archive has more than %d names" % MOST_MEMBERS)
            if member.kind == LINK:
                links[member.names] = member.target
            elif member.kind == DIRECTORY:
                self._within(member.names).close()
            else:
                self._write(member)
        for names, target in links.items():
            parent, name = self._within(names[:-1]), names[-1]
            parent.remove_whole(name)
            parent.make_link(name, target)
            parent.give_link(name, *self._owner)
            parent.close()

    def _write(self, member: Member) -> None:
        parent, name = self._within(member.names[:-1]), member.names[-1]
        parent.remove_whole(name)
        with member.content() as content, parent.create(name) as file:
            for piece in iter(lambda: content.read(PIECE), b""):
                self._left -= len(piece)
                if self._left < 0:
                    raise StepError("the archive holds more than most_bytes allows")
                file.write(piece)
            file.flush()
            give(file.fileno(), *self._owner, 0o755 if member.runs else 0o644)
        parent.close()

    def _within(self, names: Tuple[str, ...]) -> DirectoryHandle:
        """The directory of that name, made where it is not there; the caller closes it."""
        here = self._top.enter(".")
        for depth, name in enumerate(names):
            if names[: depth + 1] not in self._made:
                self._make(here, name)
                self._made.add(names[: depth + 1])
            there = here.enter(name)
            here.close()
            here = there
        return here

    def _make(self, parent: DirectoryHandle, name: str) -> None:
        if parent.look(name) is None:
            parent.make_directory(name)
        with parent.below(name) as made:
            made.give(*self._owner, 0o755)


def _broken() -> Tuple[Any, ...]:
    """What is raised for a file that is no archive, or only a part of one."""
    import lzma
    import tarfile
    import zipfile
    import zlib

    return (
        tarfile.TarError,
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        EOFError,
        NotImplementedError,
        RuntimeError,
    )


def _mark(dest: str) -> str:
    found: Optional[Dict[str, Any]] = read_entry(os.path.join(dest, MARK))
    return str((found or {}).get("content", ""))


def _digest(src: str) -> str:
    try:
        with reading_bytes(src) as file:
            return digest_of_file(file)
    except OSError:
        return ""
