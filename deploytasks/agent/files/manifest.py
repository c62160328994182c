r"""A manifest: the exact list of a tree's files, by content.

Its bytes are one record per entry, in the order of the paths' bytes, each ended by NUL::

    <mode> <SHA-256 in hexadecimal, or -> <path>\0

The modes are git's. A symlink's content is its target. Directories are what paths imply;
only one with nothing in it has a record of its own, without content.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import FrozenSet, Iterable, Iterator, Tuple

FILE = "100644"
EXECUTABLE = "100755"
SYMLINK = "120000"
DIRECTORY = "040000"
NO_CONTENT = "-"

_SHA256 = re.compile(r"[0-9a-f]{64}")
_KINDS = {FILE: "a file", EXECUTABLE: "a file", SYMLINK: "a symlink", DIRECTORY: "an empty directory"}


@dataclass(frozen=True)
class Entry:
    """One path of a tree, relative to its root, and what lies there.

    Raises ``ValueError`` for a path that could lead out of the tree, an unknown mode or a malformed digest.
    """

    mode: str
    digest: str
    path: bytes

    def __post_init__(self) -> None:
        if self.mode not in _KINDS:
            raise ValueError(f"{shown(self.path)}: unknown mode {self.mode!r}; expected {', '.join(_KINDS)}")
        if not (self.digest == NO_CONTENT if self.mode == DIRECTORY else _SHA256.fullmatch(self.digest)):
            raise ValueError(f"{shown(self.path)}: malformed digest {self.digest!r}")
        if b"\0" in self.path or not {b"", b".", b".."}.isdisjoint(self.path.split(b"/")):
            raise ValueError(f"{shown(self.path)}: not a path inside the tree")

    @property
    def name(self) -> str:
        """The path as text; bytes that are not UTF-8 become surrogates, as ``os.fsdecode`` makes them."""
        return self.path.decode("utf-8", "surrogateescape")

    @property
    def is_executable(self) -> bool:
        return self.mode == EXECUTABLE

    @property
    def is_file(self) -> bool:
        return self.mode in (FILE, EXECUTABLE)

    @property
    def is_symlink(self) -> bool:
        return self.mode == SYMLINK

    @property
    def is_directory(self) -> bool:
        return self.mode == DIRECTORY

    def encode(self) -> bytes:
        """The entry's record."""
        return f"{self.mode} {self.digest} ".encode("ascii") + self.path + b"\0"


@dataclass(frozen=True)
class Manifest:
    """The entries of a tree in canonical order; ``Manifest.of`` sorts, the constructor does not.

    Raises ``ValueError`` for duplicates, for entries out of order, and for a file, symlink or empty directory
    that another entry lies below.
    """

    entries: Tuple[Entry, ...] = ()

    def __post_init__(self) -> None:
        _refuse_disorder(self.entries)
        _refuse_overlaps(self.entries)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Manifest:
        """The manifest of *entries*, whatever order they come in."""
        return cls(tuple(sorted(entries, key=lambda entry: entry.path)))

    @classmethod
    def parse(cls, encoded: bytes) -> Manifest:
        """The manifest whose ``encode`` gave exactly these bytes; raises ``ValueError`` for any others."""
        return _parsed(encoded)

    def encode(self) -> bytes:
        """The canonical bytes."""
        return b"".join(entry.encode() for entry in self.entries)

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the canonical bytes in hexadecimal: equal trees have equal digests."""
        return hashlib.sha256(self.encode()).hexdigest()

    @cached_property
    def contents(self) -> FrozenSet[str]:
        """The digests of all contents that the tree needs."""
        return frozenset(entry.digest for entry in self.entries if not entry.is_directory)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)


def shown(path: bytes) -> str:
    """*path* for a message: quoted, with control characters and invalid UTF-8 escaped."""
    return repr(path.decode("utf-8", "surrogateescape"))


@lru_cache(maxsize=4)
def _parsed(encoded: bytes) -> Manifest:
    """A deploy reads the manifests of two trees, each several times."""
    *records, rest = encoded.split(b"\0")
    if rest:
        raise ValueError(f"{shown(rest)}: truncated record")
    return Manifest(tuple(map(_entry, records)))


def _entry(record: bytes) -> Entry:
    try:
        mode, digest, path = record.split(b" ", 2)
    except ValueError:
        raise ValueError(f"{shown(record)}: truncated record") from None
    return Entry(mode.decode("ascii", "backslashreplace"), digest.decode("ascii", "backslashreplace"), path)


def _refuse_disorder(entries: Tuple[Entry, ...]) -> None:
    for before, after in zip(entries, entries[1:]):
        if before.path == after.path:
            raise ValueError(f"{shown(after.path)}: listed twice")
        if before.path > after.path:
            raise ValueError(f"{shown(after.path)}: out of order")


def _refuse_overlaps(entries: Tuple[Entry, ...]) -> None:
    kinds = {entry.path: _KINDS[entry.mode] for entry in entries}
    for entry in entries:
        for parent in _parents(entry.path):
            if parent in kinds:
                below = f"lies below {shown(parent)}, which is {kinds[parent]}"
                raise ValueError(f"{shown(entry.path)}: {below}")


def _parents(path: bytes) -> Iterator[bytes]:
    slash = path.find(b"/")
    while slash >= 0:
        yield path[:slash]
        slash = path.find(b"/", slash + 1)
