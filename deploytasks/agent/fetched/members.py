"""What is packed in an archive, tar or zip, as far as it may be unpacked.

Whoever made the archive may want to reach what is outside of the directory that it is unpacked in: by ``..``, by an
absolute name, through a link, or as a device.
"""

from __future__ import annotations

import stat
import tarfile
import zipfile
from contextlib import contextmanager
from functools import partial
from typing import IO, Any, Callable, Iterator, List, Optional, Tuple

from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen

DIRECTORY, FILE, LINK = "directory", "file", "link"
LONGEST_TARGET = 4096


@frozen
class Member:
    """What is called *names*, from the top down; of a link *target* is known, of a file *content* opens it."""

    names: Tuple[str, ...]
    kind: str
    runs: bool
    target: str
    content: Callable[[], Any]


@contextmanager
def members(file: IO[bytes], strip: int) -> Iterator[Iterator[Member]]:
    """Those of the archive *file*, each without the first *strip* names; ``StepError`` for one that is not for us."""
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as packed:
            yield _chosen(_of_zip(packed), strip)
    else:
        file.seek(0)
        with tarfile.open(fileobj=file, mode="r:*") as unpacked:
            yield _chosen(_of_tar(unpacked), strip)


def _chosen(found: Iterator[Tuple[str, Member]], strip: int) -> Iterator[Member]:
    links: List[Tuple[str, ...]] = []
    for name, member in found:
        names = _names(name)[strip:]
        if not names:
            continue
        if any(names[: len(link)] == link and len(names) > len(link) for link in links):
            raise StepError("the archive has %s, which lies behind a link" % name)
        if member.kind == LINK:
            _require_inside(name, names, member.target)
            links.append(names)
        yield Member(names, member.kind, member.runs, member.target, member.content)


def _of_tar(packed: tarfile.TarFile) -> Iterator[Tuple[str, Member]]:
    for each in packed:
        kind = _kind_in_tar(each)
        if kind is None:
            raise StepError("the archive has %s, which is a device or a pipe" % each.name)
        target = each.linkname if kind == LINK else ""
        content = partial(_file_in_tar, packed, each)
        yield each.name, Member((), kind, bool(each.mode & 0o100), target, content)


def _kind_in_tar(each: tarfile.TarInfo) -> Optional[str]:
    if each.isdir():
        return DIRECTORY
    if each.issym():
        return LINK
    return FILE if each.isreg() or each.islnk() else None


def _file_in_tar(packed: tarfile.TarFile, each: tarfile.TarInfo) -> Any:
    """The content of a file; another name of a file that came before has its content."""
    try:
        found = packed.extractfile(each)
    except KeyError:
        found = None
    if found is None:
        raise StepError("the archive has %s, another name of a file that is not in it" % each.name)
    return found


def _of_zip(packed: zipfile.ZipFile) -> Iterator[Tuple[str, Member]]:
    for each in packed.infolist():
        mode = each.external_attr >> 16
        kind = DIRECTORY if each.is_dir() else LINK if stat.S_ISLNK(mode) else FILE
        target = ""
        if kind == LINK:
            with packed.open(each) as link:
                target = link.read(LONGEST_TARGET).decode("utf-8", "surrogateescape")
        yield each.filename, Member((), kind, bool(mode & 0o100), target, partial(packed.open, each))


def _names(name: str) -> Tuple[str, ...]:
    """The names on the way to what is called *name*; ``StepError`` for one that leads out."""
    names = tuple(part for part in name.split("/") if part not in ("", "."))
    if name.startswith("/") or ".." in names or "\0" in name:
        raise StepError("the archive has %r, which leads out of the directory that it is unpacked in" % name)
    return names


def _require_inside(name: str, names: Tuple[str, ...], target: str) -> None:
    """Raise ``StepError`` for a link that may lead out: only at its beginning it may go up, and not too far."""
    way = [part for part in target.split("/") if part not in ("", ".")]
    up = 0
    while up < len(way) and way[up] == "..":
        up += 1
    if not target or target.startswith("/") or ".." in way[up:] or up >= len(names) or "\0" in target:
        raise StepError("the archive has %s, a link to %s, which may lead out of it" % (name, target))
