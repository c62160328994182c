"""The paths of a directory that travel to a host: what git would commit, or all that is not ignored."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from deploytasks.errors import SourceError
from deploytasks.source.ignore import Ignored

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_GIT_LIST = ("git", "ls-files", "-z", "--others", "--exclude-standard")


def travelling(root: Path) -> list[str]:
    """Relative paths of all that is not a directory below *root*, and of directories with nothing in them.

    In a git work tree these are the tracked and the new files as they lie there, with those of submodules
    (git knows no empty directory); elsewhere, and where git ignores *root* itself, the ``.gitignore`` files
    are read here. ``.deployignore`` rules over both. Raises ``SourceError``.
    """
    try:
        ignored = Ignored(root, nested=False)
        tracked = [path for path in _known_to_git(root, ignored) if not ignored.file(path)]
        return sorted(tracked or _walked(Ignored(root, nested=True)), key=os.fsencode)
    except OSError as error:
        reason = f"{error.filename}: {error.strerror}"
        raise SourceError(f"{reason}; list it in .deployignore if it shall stay here") from error


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


def _known_to_git(root: Path, ignored: Ignored) -> set[str]:
    if not any((place / ".git").exists() for place in (root, *root.parents)):
        return set()
    paths = set(_files_of_repository(root, "--cached"))
    if ignored.deployignore and ignored.deployignore.readmits:
        paths.update(path for path in _git(root, "--ignored") if ignored.deployignore.ignores(path) is False)
    return paths


def _files_of_repository(root: Path, *options: str) -> Iterator[str]:
    for path in _git(root, *options):
        place = root / path
        if not place.is_dir() or place.is_symlink():
            if os.path.lexists(place):
                yield path
        elif (place / ".git").exists():
            yield from (f"{path.rstrip('/')}/{inner}" for inner in _files_of_repository(place, *options))
        elif not any(place.iterdir()):
            raise SourceError(
                f"{place}: the submodule is not checked out; run: git submodule update --init --recursive"
            )


def _git(root: Path, *options: str) -> list[str]:
    # A git hook sets GIT_DIR and GIT_INDEX_FILE, which would point at another tree than *root*.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        argv = [*_GIT_LIST, *options]
        done = subprocess.run(argv, cwd=root, env=environment, capture_output=True, check=False)
    except FileNotFoundError:
        return []
    if done.returncode:
        reason = done.stderr.decode("utf-8", "replace").strip()
        raise SourceError(f"{root}: git cannot list its files: {reason}")
    return [os.fsdecode(path) for path in done.stdout.split(b"\0") if path]
