"""What a program says, of which no more is kept than is wanted."""

from __future__ import annotations

import subprocess
import threading
import time
from contextlib import suppress
from typing import IO

from deploytasks.here.process_group import end_group

MOST = 10_000_000
"""Bytes."""


class Floods(Exception):
    """It has said more than is wanted, and is being ended."""


def said_by(
    process: subprocess.Popen[bytes], given: bytes, limit_s: float, most: int = MOST
) -> tuple[bytes, bytes]:
    """What *process*, which is given *given*, says on both of its pipes until it ends.

    Raises ``subprocess.TimeoutExpired`` after *limit_s*, and `Floods` after *most* bytes on one of them.
    """
    ends_at = time.monotonic() + limit_s
    said: dict[int, bytes] = {}
    threads = [
        threading.Thread(target=_read, args=(pipe, most, process, said, number), daemon=True)
        for number, pipe in enumerate((process.stdout, process.stderr))
    ]
    threads.append(threading.Thread(target=_give, args=(process.stdin, given), daemon=True))
    for thread in threads:
        thread.start()
    for thread in threads[:2]:
        thread.join(max(0.0, ends_at - time.monotonic()))
        if thread.is_alive():
            raise subprocess.TimeoutExpired(process.args, limit_s)
    if any(len(text) > most for text in said.values()):
        raise Floods
    process.wait(max(0.01, ends_at - time.monotonic()))
    return said.get(0, b""), said.get(1, b"")


def close_pipes(process: subprocess.Popen[bytes]) -> None:
    """What *process* has started may hold its pipes open for ever."""
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe:
            pipe.close()


def _read(
    pipe: IO[bytes] | None, most: int, process: subprocess.Popen[bytes], said: dict[int, bytes], number: int
) -> None:
    with suppress(OSError, ValueError):  # closed by who waited long enough
        said[number] = pipe.read(most + 1) if pipe else b""
        if len(said[number]) > most:
            end_group(process)


def _give(pipe: IO[bytes] | None, given: bytes) -> None:
    with suppress(OSError, ValueError):
        if pipe:
            pipe.write(given)
            pipe.close()
