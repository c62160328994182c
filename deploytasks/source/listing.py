"""The paths of a directory that travel to a host: what git would commit, or all that is not ignored."""

from __future__ import annotations

import os
import re
import stat
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from deploytasks.agent.regex import regex
from deploytasks.errors import SourceError
from deploytasks.source.git import git, top_of
from deploytasks.source.ignore import Ignored

if TYPE_CHECKING:
    from collections.abc import Iterator

_GIT_LIST = ("ls-files", "-z", "--others", "--exclude-standard")
_STAGED = regex(rb"(\d{6}) ([0-9a-f]{40,64}) \d\t(.*)", re.DOTALL)
"""A record of ``git ls-files --stage``; a new file's is its path alone."""


class Tracked(NamedTuple):
    """How a file lies in git's index: the *mode* there, and the name of its content, the *blob*."""

    mode: str = ""
    blob: str = ""


NOT_TRACKED = Tracked()


@dataclass(frozen=True)
class Listing:
    """*paths* are sorted by their bytes; *tracked* are those of them that git has in its index.

    *work_trees* are where git's are, relative to the root and ended by a slash if that is not empty: those of
    submodules, too.
    """

    paths: tuple[str, ...]
    tracked: dict[str, Tracked] = field(default_factory=dict)
    work_trees: tuple[str, ...] = ()


def travelling(root: Path) -> tuple[str, ...]:
    """The paths of `listed`."""
    return listed(root).paths


def listed(root: Path) -> Listing:
    """Relative paths of all that is not a directory below *root*, and of directories with nothing in them.

    In a git work tree these are the tracked and the new files as they lie there, with those of submodules
    (git knows no empty directory); elsewhere, and where git ignores *root* itself, the ``.gitignore`` files
    are read here. ``.deployignore`` rules over both. Raises ``SourceError``.
    """
    try:
        ignored = Ignored(root, nested=False)
        known, work_trees = _known_to_git(root, ignored)
        paths = [path for path in known if not ignored.file(path)]
        if not paths:
            return Listing(_sorted(_walked(Ignored(root, nested=True))))
        tracked = {path: known[path] for path in paths if known[path] is not NOT_TRACKED}
        return Listing(_sorted(paths), tracked, work_trees)
    except OSError as error:
        reason = f"{error.filename}: {error.strerror}"
        raise SourceError(f"{reason}; list it in .deployignore if it shall stay here") from error


def _sorted(paths: Iterator[str] | list[str]) -> tuple[str, ...]:
    return tuple(sorted(paths, key=os.fsencode))


def _walked(ignored: Ignored) -> Iterator[str]:
    directories = [""]
    while directories:
        base = directories.pop()
        empty = True
        for entry in os.scandir(ignored.root / base):
            path = f"{base}/{entry.name}" if base else entry.name
            is_directory = entry.is_dir(follow_symlinks=False)
            if ignored.directory(path) if is_directory else ignored.file(path):
                continue
            empty = False
            if is_directory:
                directories.append(path)
            else:
                yield path
        if empty and base:
            yield base


def _known_to_git(root: Path, ignored: Ignored) -> tuple[dict[str, Tracked], tuple[str, ...]]:
    if top_of(root) is None:
        return {}, ()
    work_trees = [""]
    known = dict(_files_of_repository(root, "", work_trees))
    if ignored.deployignore and ignored.deployignore.readmits:
        readmitted = (
            path for path, _ in _git(root, "--ignored") if ignored.deployignore.ignores(path) is False
        )
        known.update(dict.fromkeys(readmitted, NOT_TRACKED))
    return known, tuple(work_trees)


def _files_of_repository(root: Path, base: str, work_trees: list[str]) -> Iterator[tuple[str, Tracked]]:
    """Those of the work tree at *base*, and of the submodules in it, which are added to *work_trees*."""
    top = f"{root}/{base}"
    for path, tracked in _git(Path(top), "--cached", "--stage"):
        try:
            is_file = not stat.S_ISDIR(os.lstat(top + path).st_mode)
        except OSError:
            continue
        if is_file:
            yield base + path, tracked
        elif os.path.lexists(f"{top}{path}/.git"):
            work_trees.append(f"{base}{path.rstrip('/')}/")
            yield from _files_of_repository(root, work_trees[-1], work_trees)
        elif not os.listdir(top + path):  # noqa: PTH208
            raise SourceError(
                f"{top}{path}: the submodule is not checked out; run: git submodule update --init --recursive"
            )


def _git(root: Path, *options: str) -> Iterator[tuple[str, Tracked]]:
    try:
        said = git(root, *_GIT_LIST, *options) or b""
    except subprocess.SubprocessError as error:
        reason = os.fsdecode(getattr(error, "stderr", None) or b"").strip() or str(error)
        raise SourceError(f"{root}: git cannot list its files: {reason}") from error
    for record in filter(None, said.split(b"\0")):
        staged = _STAGED.fullmatch(record)
        if staged:
            yield os.fsdecode(staged[3]), Tracked(staged[1].decode(), staged[2].decode())
        else:
            yield os.fsdecode(record), NOT_TRACKED
