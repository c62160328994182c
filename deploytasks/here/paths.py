"""Paths of this machine, which may have drives and backslashes: as people write them, and as hosts are told of them."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import PurePath

OF_A_PATH = re.compile(r"""\\(?![\s"'\\])""")


def below(path: PurePath, root: PurePath) -> str:
    """How *path*, which lies below *root*, is called from there on any host; raises ``ValueError`` for another."""
    return path.relative_to(root).as_posix()


def seen_from(path: str | PurePath, start: str | PurePath) -> str:
    """As ``below``, of a *path* that may also lie elsewhere, as long as it is on the same drive."""
    return on_host(os.path.relpath(path, start))


def on_host(written: str, separator: str = os.sep) -> str:
    """A relative path that this system has *written*, with the slashes of a host."""
    return written.replace(separator, "/")


def words_of(text: str, separator: str = os.sep) -> list[str]:
    r"""The words of *text* as a POSIX shell has them; raises ``ValueError`` for a quote that is not closed.

    Where paths are written with backslashes, one that is before anything but a blank, a quote or another is of a path.

    >>> words_of(r"-i ~\.ssh\id_ed25519", "\\")
    ['-i', '~\\.ssh\\id_ed25519']
    """
    return shlex.split(OF_A_PATH.sub(r"\\\\", text) if separator == "\\" else text)
