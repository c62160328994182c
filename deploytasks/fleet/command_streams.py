"""Where the streams of a command on a host lead to, in a program: into memory, or into a file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from deploytasks.fleet.answers import Ran

if TYPE_CHECKING:
    from deploytasks.agent.engine.events import Printed

MOST_BYTES = 64 << 20
"""More of a command's output is kept by nobody: ``fetch`` writes it to a file."""


class Kept:
    """The streams of a command: it reads *given*, and what it prints is kept, up to ``MOST_BYTES``."""

    def __init__(self, given: bytes) -> None:
        self._given = given
        self._printed = {b"O": bytearray(), b"R": bytearray()}

    def pieces(self) -> Iterator[bytes]:
        for start in range(0, len(self._given), 1 << 16):
            yield self._given[start : start + (1 << 16)]

    def print(self, printed: Printed) -> bool:
        kept = self._printed[printed.letter]
        kept += printed.data
        return len(kept) <= MOST_BYTES

    def ran(self, status: int) -> Ran:
        """All of a command that ended with *status*."""
        return Ran(status, bytes(self._printed[b"O"]), bytes(self._printed[b"R"]))


class Arriving:
    """A file that arrives beside *place*, and takes it when it is whole: nobody else's to read, whatever it holds."""

    def __init__(self, place: Path) -> None:
        self.complaint = ""
        self._place = place
        self._part = place.with_name(f".{place.name}.part")
        place.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.fdopen(os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")

    def pieces(self) -> Iterator[bytes]:
        return iter(())

    def print(self, printed: Printed) -> bool:
        if printed.letter == b"O":
            self._file.write(printed.data)
        else:
            self.complaint += printed.data.decode("utf-8", "replace")[:1000]
        return True

    def end(self, *, whole: bool) -> Path | None:
        """Its place, where it is *whole*."""
        self._file.close()
        if not whole:
            self._part.unlink()
            return None
        self._part.replace(self._place)
        return self._place
