"""A text stream that its reader cannot break."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from deploytasks.report.page import Line


@dataclass
class Outlet:
    """Writes to *stream* until its reader is gone (``inv deploy | head -1``), then silently nowhere.

    Characters that the stream's encoding lacks are written as escapes. Never raises: a deploy does not stop
    because nobody listens.
    """

    stream: TextIO
    open: bool = True

    def write(self, text: str) -> int:
        if self.open:
            try:
                self.stream.write(text.encode(self.encoding, "backslashreplace").decode(self.encoding))
            except (OSError, ValueError):
                self._give_up()
        return len(text)

    def flush(self) -> None:
        if self.open:
            try:
                self.stream.flush()
            except (OSError, ValueError):
                self._give_up()

    def write_lines(self, lines: Iterable[Line]) -> None:
        """All *lines*, visible to the reader when this returns."""
        for line in lines:
            self.write(line.text + "\n")
        self.flush()

    @property
    def encoding(self) -> str:
        return self.stream.encoding or "utf-8"

    def isatty(self) -> bool:
        return self.stream.isatty()

    def fileno(self) -> int:
        return self.stream.fileno()

    def draws(self, environ: Mapping[str, str]) -> bool:
        """Whether this is a terminal that can redraw lines and show box and braille characters."""
        able = environ.get("TERM", "dumb").lower() not in {"", "dumb", "unknown"}
        return self.stream.isatty() and able and self.encoding.lower().replace("-", "") == "utf8"

    def _give_up(self) -> None:
        self.open = False
        # What others print after us is flushed at exit, and Python would exit 120 for the broken pipe;
        # the remedy is that of Python's manual, signal, "Note on SIGPIPE".
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.stream.fileno())
            os.close(nowhere)
