"""Each path of a source as it is found here, and as it travels: the same from whatever machine.

A file system may keep no modes, no links, no case and another Unicode form than the next one, and a checkout may have
other line ends: git's index and attributes say what is meant, where there is git.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from deploytasks.agent.files.manifest import (
    DIRECTORY,
    EXECUTABLE,
    FILE,
    NO_CONTENT,
    SYMLINK,
    Entry,
    shown,
)
from deploytasks.agent.regex import regex
from deploytasks.here.paths import below, on_host
from deploytasks.source.line_ends import Convert, conversions, with_crlf
from deploytasks.source.listing import NOT_TRACKED, Listing, Tracked

Tell = Callable[[int, int], None]
_CHUNK = 1 << 18
_PRIVATE_KEY = regex(rb"-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----")
_CONNECTION_PASSWORD = regex(
    rb"""^[^#\n]*?["']?ansible_(?:\w+_)?pass(?:word)?["']?\s*[:=]\s*["']?[^\s"'{!]""", re.MULTILINE
)
"""As inventories and files of variables say it; a template or what a vault holds is none."""
_LFS_POINTER = b"version https://git-lfs.github.com/spec/"
_VARIABLE_FILES = (".yml", ".yaml", ".json", ".ini")
_ENV_EXAMPLES = (".example", ".sample", ".template")
_ENDINGS = tuple(map(os.fsencode, _VARIABLE_FILES))
_SPECIAL = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFBLK: "a block device",
    stat.S_IFCHR: "a character device",
}
_OF_FILES = (FILE, EXECUTABLE)
_EVERYBODY_WRITES = 0o222
_PROGRAM_BEGINS = (b"#!", b"\x7fELF")
_LONGEST_TARGET = 4096
SHA1_DIGITS = 40
ATTRIBUTES = ".gitattributes"


@dataclass(frozen=True)
class Look:
    """The file at *place* as the *entry* that travels, or a *refusal*: why it cannot.

    *content* is what travels in the place of the file's own bytes; a symlink's is its target. *beside_index* tells how
    its mode here differs from that in git's index, *has_crlf* whether it is a text with line ends of Windows, and
    *begins_with_cr* whether they are behind the ``#!`` that a kernel reads.
    """

    place: Path
    entry: Entry
    size: int = 0
    content: bytes | None = None
    refusal: str = ""
    beside_index: str = ""
    has_crlf: bool = False
    begins_with_cr: bool = False

    @property
    def is_link_as_text(self) -> bool:
        return self.entry.is_symlink and not self.place.is_symlink()


def looks_at(root: Path, listing: Listing, tell: Tell) -> list[Look]:
    """A look at each path of *listing*; *tell* hears how many files and bytes were read."""
    found = [_found(root, path) for path in listing.paths]
    mode_of = _mode_by_content if _keeps_no_modes(found) else _mode_by_status
    looks: list[Look] = []
    size = 0

    def read(count: int) -> None:
        nonlocal size
        size += count
        tell(len(looks), size)

    for path, seen in zip(listing.paths, found, strict=True):
        tracked = listing.tracked.get(path, NOT_TRACKED)
        looks.append(seen if isinstance(seen, Look) else _look(root, seen, tracked, mode_of, read))
    return _with_line_ends(root, listing, looks)


class Found(NamedTuple):
    """A file at *place*, by the *name* that it travels under."""

    place: Path
    name: bytes
    status: os.stat_result


def _found(root: Path, path: str) -> Found | Look:
    place, name = root / path, _name(path)
    try:
        return Found(place, name, place.lstat())
    except OSError as error:
        return refusal(place, name, error.strerror or str(error))


def _name(path: str) -> bytes:
    """*path* in the one form of Unicode that all systems can have it in: a Mac may have another one on its disk."""
    return os.fsencode(path if path.isascii() else unicodedata.normalize("NFC", path))


def _keeps_no_modes(found: Iterable[Found | Look]) -> bool:
    """Whether everybody may write to every file: as mounts of Windows and shared folders have it, and nobody else."""
    modes = (seen.status.st_mode for seen in found if isinstance(seen, Found))
    return all(mode & _EVERYBODY_WRITES == _EVERYBODY_WRITES for mode in modes if stat.S_ISREG(mode))


def _mode_by_status(status: os.stat_result, begins: bytes) -> str:
    del begins
    return EXECUTABLE if status.st_mode & stat.S_IXUSR else FILE


def _mode_by_content(status: os.stat_result, begins: bytes) -> str:
    del status
    return EXECUTABLE if begins.startswith(_PROGRAM_BEGINS) else FILE


ModeOf = Callable[[os.stat_result, bytes], str]
Read = Callable[[int], None]


def _look(root: Path, found: Found, tracked: Tracked, mode_of: ModeOf, read: Read) -> Look:
    place, name, status = found
    try:
        if stat.S_ISREG(status.st_mode):
            target = _target_in(place, status) if tracked.mode == SYMLINK else b""
            is_link = target and _blob(target, tracked) == tracked.blob
            return _symlink(root, place, name, target) if is_link else _file(found, tracked, mode_of, read)
        if stat.S_ISLNK(status.st_mode):
            written = os.readlink(place)  # noqa: PTH115  (Path.readlink tidies the text)
            return _symlink(root, place, name, os.fsencode(on_host(written)))
    except OSError as error:
        return refusal(place, name, error.strerror or str(error))
    if stat.S_ISDIR(status.st_mode):
        return Look(place, Entry(DIRECTORY, NO_CONTENT, name))
    return refusal(place, name, f"is {_SPECIAL.get(stat.S_IFMT(status.st_mode), 'a special file')}")


def _target_in(place: Path, status: os.stat_result) -> bytes:
    """What a link of git's leads to that was checked out as a file with that in it."""
    return place.read_bytes() if status.st_size <= _LONGEST_TARGET else b""


def _blob(content: bytes, tracked: Tracked) -> str:
    """What git would call *content*, by the digest that it calls *tracked* by."""
    kind = "sha1" if len(tracked.blob) == SHA1_DIGITS else "sha256"
    return hashlib.new(kind, b"blob %d\0%b" % (len(content), content), usedforsecurity=False).hexdigest()


def _file(found: Found, tracked: Tracked, mode_of: ModeOf, read: Read) -> Look:
    place, name, status = found
    if _is_env_file(place.name):
        return refusal(place, name, "is a file of secrets")
    sha, size, begins, last, has_crlf = hashlib.sha256(), 0, b"", b"", False
    with place.open("rb", buffering=0) as file:
        while piece := file.read(_CHUNK):
            if not size:
                begins, reason = piece, _unfit(name, piece)
                if reason:
                    return refusal(place, name, reason)
            has_crlf = has_crlf or b"\r\n" in piece or (last == b"\r" and piece.startswith(b"\n"))
            sha.update(piece)
            size += len(piece)
            last = piece[-1:]
            read(len(piece))
    here = mode_of(status, begins)
    mode = tracked.mode if tracked.mode in _OF_FILES else here
    look = Look(place, Entry(mode, sha.hexdigest(), name), size)
    if mode == here and not has_crlf:
        return look
    differs = mode != here and mode_of is _mode_by_status
    beside = ("+x" if here == EXECUTABLE else "-x") if differs else ""
    has_crlf, broken = has_crlf and b"\0" not in begins, _begins_with_cr(begins, mode)
    return replace(look, beside_index=beside, has_crlf=has_crlf, begins_with_cr=broken)


def _unfit(name: bytes, begins: bytes) -> str:
    """Why a file that *begins* so may not travel; empty for one that may."""
    if _PRIVATE_KEY.match(begins):
        return "is a private key"
    if begins.startswith(_LFS_POINTER):
        return "is a pointer of Git LFS, not the file; run: git lfs pull"
    if name.endswith(_ENDINGS) and _CONNECTION_PASSWORD.search(begins):
        return "holds the password of a connection"
    return ""


def _begins_with_cr(begins: bytes, mode: str) -> bool:
    """Whether a kernel would look for a program whose name ends with a carriage return."""
    end = begins.find(b"\n")
    return mode == EXECUTABLE and begins.startswith(b"#!") and begins[max(end - 1, 0) : max(end, 0)] == b"\r"


def _is_env_file(name: str) -> bool:
    return name == ".env" or (name.startswith(".env.") and not name.endswith(_ENV_EXAMPLES))


def _symlink(root: Path, place: Path, name: bytes, target: bytes) -> Look:
    if not _stays_inside(root, place, os.fsdecode(target)):
        return refusal(place, name, f"is a symlink that leaves the tree: {shown(target)}")
    return Look(place, Entry(SYMLINK, hashlib.sha256(target).hexdigest(), name), content=target)


def _stays_inside(root: Path, place: Path, target: str) -> bool:
    if target.startswith("/"):
        return False
    as_written = Path(os.path.normpath(place.parent / target))
    as_followed = Path(os.path.realpath(place.parent / target))
    return as_written.is_relative_to(root) and as_followed.is_relative_to(root)


def refusal(place: Path, name: bytes, reason: str) -> Look:
    """The file *name* at *place* cannot travel, for that *reason*."""
    return Look(place, Entry(DIRECTORY, NO_CONTENT, name), refusal=f"{shown(name)} {reason}")


def _with_line_ends(root: Path, listing: Listing, looks: list[Look]) -> list[Look]:
    """*looks* with the line ends that git gives them everywhere; git is asked where they may be others here."""
    if not listing.work_trees or not any(look.has_crlf or _wants_crlf(look) for look in looks):
        return looks
    wanted = {
        base + path: convert
        for base in listing.work_trees
        for path, convert in conversions(root / base).items()
    }
    return [_converted(look, wanted.get(below(look.place, root))) for look in looks]


def _wants_crlf(look: Look) -> bool:
    return look.place.name == ATTRIBUTES and look.entry.is_file and b"eol=crlf" in look.place.read_bytes()


def _converted(look: Look, convert: Convert | None) -> Look:
    if convert is None or not look.entry.is_file or not (look.has_crlf or convert is with_crlf):
        return look
    content = look.place.read_bytes()
    converted = convert(content)
    if converted == content:
        return look
    entry = replace(look.entry, digest=hashlib.sha256(converted).hexdigest())
    broken = _begins_with_cr(converted, entry.mode)
    return replace(look, entry=entry, size=len(converted), content=converted, begins_with_cr=broken)
