"""What makes files of an app before its source is read: stylesheets, bundles, translations."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from deploytasks.errors import SourceError
from deploytasks.here import environment
from deploytasks.here.paths import below
from deploytasks.source.listing import travelling

KEPT_LINES = 20
ENVIRONMENTS = (".venv", "venv")
"""Where a project keeps its own programs."""
TICK_NS = 20_000_000
"""A file system's clock may be behind by that (Linux stamps with that of the last tick)."""
OF_TOOLS = {*ENVIRONMENTS, ".git", "node_modules", "__pycache__", ".cache", ".parcel-cache", ".sass-cache"}
"""Directories that a build writes for itself."""


def build(directory: Path, commands: Sequence[str]) -> tuple[str, ...]:
    """Run *commands*, lines of the shell, in *directory* on this machine, one after the other.

    Programs of the project's own virtual environment, ``.venv`` or ``venv``, are found before others. Returns a note
    of the files that were made and do not travel.
    Raises ``SourceError`` with the last lines of the first one that does not end well.
    """
    begun = time.time_ns() - TICK_NS
    for command in commands:
        if sys.stderr.isatty():  # Somebody waits; a log hears of it when it fails.
            sys.stderr.write(f"app_build: {command}\n")
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=directory,
            env={**environment(), "PATH": _path(directory)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if done.returncode:
            said = done.stdout.decode("utf-8", "replace").splitlines()[-KEPT_LINES:]
            raise SourceError("\n  ".join([f"app_build: {command!r} ended with {done.returncode}", *said]))
    return _told(sorted({*_made_since(directory, begun)}.difference(travelling(directory))))


def _made_since(directory: Path, moment: int) -> Iterator[str]:
    """The files of *directory* that were written since *moment*, but for those of tools."""
    for place, names, files in os.walk(directory):
        names[:] = [name for name in names if name not in OF_TOOLS]
        for path in (Path(place, name) for name in files):
            if path.lstat().st_mtime_ns >= moment:
                yield below(path, directory)


def _told(ignored: Sequence[str]) -> tuple[str, ...]:
    if not ignored:
        return ()
    others = f" and {len(ignored) - 1} more" if len(ignored) > 1 else ""
    made = f"app_build made {ignored[0]}{others}, and git ignores that, so no host gets it"
    return (f"{made}: a line !{ignored[0]} in .deployignore takes it along",)


def _path(directory: Path) -> str:
    programs = (directory / name / "bin" for name in ENVIRONMENTS)
    return os.pathsep.join([*(str(path.resolve()) for path in programs if path.is_dir()), os.environ["PATH"]])
