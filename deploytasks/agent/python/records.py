"""What was installed in a virtual environment, by the lists that came with it (PEP 376, PEP 627: ``RECORD``)."""

from __future__ import annotations

import base64
import glob
import hashlib
import os
import stat
from typing import Iterator, List, NamedTuple, Optional

from deploytasks.agent.disk.directory_handle import reading, reading_bytes

SITE_PACKAGES = "lib/python3*/site-packages"
LISTS = "lib/python3*/site-packages/*.dist-info/RECORD"


class Installed(NamedTuple):
    """A file at *path*, which may have ``..`` in it, as it was installed.

    *digest* is ``sha256=`` and the digest in URL-safe base64, *size* bytes.
    """

    path: str
    digest: str
    size: int


def digest_of_lists(place: str) -> str:
    """A name for all that is installed in *place*: packages, and what lies beside them, change it."""
    digest = hashlib.sha256(_content(os.path.join(place, "pyvenv.cfg")))
    for site in glob.glob(os.path.join(glob.escape(place), SITE_PACKAGES)):
        names = sorted(name for name in os.listdir(site) if name != "__pycache__")
        digest.update("\0".join(names).encode("utf-8", "surrogateescape"))
    for path in _lists(place):
        digest.update(os.path.relpath(path, place).encode("utf-8", "surrogateescape") + b"\0")
        with reading_bytes(path) as file:
            digest.update(hashlib.sha256(file.read()).digest())
    return digest.hexdigest()


def damage(place: str, since: float, *, thorough: bool = False) -> str:
    """What is not as it was installed in *place*, one thing of it; empty when all is.

    Contents are compared where a file was written after *since* (seconds since the epoch), or, being *thorough*,
    everywhere; else presence and size are enough.
    """
    for file in _listed(place):
        why = _why_not(file, since, thorough=thorough)
        if why and not _is_of_another(place, file, since, thorough=thorough):
            return "%s %s" % (os.path.relpath(os.path.normpath(file.path), place), why)
    return ""


def _is_of_another(place: str, file: Installed, since: float, *, thorough: bool) -> bool:
    """Whether *file* is as another list has it: of packages with a file in common the last one's is there."""
    path = os.path.normpath(file.path)
    same = (other for other in _listed(place) if os.path.normpath(other.path) == path)
    return any(not _why_not(other, since, thorough=thorough) for other in same)


def _why_not(file: Installed, since: float, *, thorough: bool) -> str:
    """What *file* is that it was not when it was installed; empty when it is as it was."""
    try:
        found = os.stat(file.path)
    except OSError:
        return "is missing"
    if not found.st_mode & stat.S_IROTH:
        return "is for others not to read"
    if found.st_size != file.size:
        return "has another size"
    if (thorough or found.st_mtime > since) and _digest(file.path) != file.digest:
        return "has another content"
    return ""


def _listed(place: str) -> Iterator[Installed]:
    """All files of which a list knows the digest; what a list cannot be asked about is not known."""
    for path in _lists(place):
        packages = os.path.dirname(os.path.dirname(path))
        with reading(path, errors="surrogateescape") as file:
            for line in file:
                known = _known(packages, line.rstrip("\r\n").rsplit(",", 2))
                if known:
                    yield known


def _known(packages: str, row: List[str]) -> Optional[Installed]:
    """A line of a list has path, digest and size (PEP 376); a path with a comma is in quotes, as csv writes it."""
    if len(row) != 3 or not row[1].startswith("sha256=") or not row[2].isdigit():
        return None
    path = row[0][1:-1].replace('""', '"') if row[0].startswith('"') else row[0]
    return Installed("%s/%s" % (packages, path), row[1], int(row[2]))


def _lists(place: str) -> List[str]:
    return sorted(glob.glob(os.path.join(glob.escape(place), LISTS)))


def _content(path: str) -> bytes:
    try:
        with reading_bytes(path) as file:
            return file.read()
    except OSError:
        return b""


def _digest(path: str) -> str:
    digest = hashlib.sha256()
    try:
        with reading_bytes(path) as file:
            for piece in iter(lambda: file.read(1 << 20), b""):
                digest.update(piece)
    except OSError:
        return ""
    return "sha256=" + base64.urlsafe_b64encode(digest.digest()).decode("ascii").rstrip("=")
