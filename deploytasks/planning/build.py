"""What makes files of an app before its source is read: stylesheets, bundles, translations."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from deploytasks.errors import SourceError

KEPT_LINES = 20
ENVIRONMENTS = (".venv", "venv")
"""Where a project keeps its own programs."""


def build(directory: Path, commands: Sequence[str]) -> None:
    """Run *commands*, lines of the shell, in *directory* on this machine, one after the other.

    Programs of the project's own virtual environment, ``.venv`` or ``venv``, are found before others.
    Raises ``SourceError`` with the last lines of the first one that does not end well.
    """
    for command in commands:
        if sys.stderr.isatty():  # Somebody waits; a log hears of it when it fails.
            sys.stderr.write(f"app_build: {command}\n")
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=directory,
            env={**os.environ, "PATH": _path(directory)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if done.returncode:
            said = done.stdout.decode("utf-8", "replace").splitlines()[-KEPT_LINES:]
            raise SourceError("\n  ".join([f"app_build: {command!r} ended with {done.returncode}", *said]))


def _path(directory: Path) -> str:
    programs = (directory / name / "bin" for name in ENVIRONMENTS)
    return os.pathsep.join([*(str(path.resolve()) for path in programs if path.is_dir()), os.environ["PATH"]])
