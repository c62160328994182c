"""A file that a person wrote, as text."""

from __future__ import annotations

import os
from pathlib import Path

from deploytasks.agent.regex import regex
from deploytasks.errors import InventoryError
from deploytasks.here.permissions import anyone_may_write

SIZE_LIMIT = 10 * 1024 * 1024
"""Bytes; an inventory of ten thousand hosts is a tenth of it."""

CONTROL = regex("[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f\x85\u2028\u2029]|\r(?!\n)")
"""Characters that show nothing, and line ends that editors and parsers count differently."""

MARK = "\ufeff"
"""What editors of Windows write first: the byte order mark, of which UTF-8 has no need."""


def read_text(path: str) -> str:
    """What stands in *path*; raises `InventoryError` naming why it cannot be trusted or read."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123  fstat of what is read, not of what has the name now
            _refuse_unfit(path, os.fstat(file.fileno()))
            content = file.read(SIZE_LIMIT + 1)
    except FileNotFoundError:
        raise InventoryError(f"file not found: {path}; expected a file that exists") from None
    except IsADirectoryError:
        raise InventoryError(f"{path}: is a directory; expected a file") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InventoryError(f"{path}: {reason}; expected a file that you may read") from None
    return _decoded(path, content)


def _refuse_unfit(path: str, status: os.stat_result) -> None:
    if status.st_size > SIZE_LIMIT:
        raise InventoryError(f"{path}: {status.st_size} bytes; expected at most {SIZE_LIMIT}")
    if anyone_may_write(Path(path), status):
        advice = f"run: chmod o-w {path}"
        raise InventoryError(f"{path}: anyone may write to it, and it decides what root does; {advice}")


def _decoded(path: str, content: bytes) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        what = f"byte {error.start} is no UTF-8"
        raise InventoryError(f"{path}:{line}: not text: {what}; save it as UTF-8") from None
    control = CONTROL.search(text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        offset = len(text[: control.start()].encode())
        what = f"control character {control[0]!r} at byte {offset}"
        raise InventoryError(f"{path}:{line}: not text: {what}; remove it")
    return text.removeprefix(MARK)
