"""A text stream that its reader cannot break."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from deploytasks.report.commands import are_read, without_commands

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from deploytasks.report.page import Line


@dataclass
class Outlet:
    """Writes to *stream* until its reader is gone (``inv deploy | head -1``), then silently nowhere.

    Characters that the stream's encoding lacks are written as escapes. Never raises: a deploy does not stop
    because nobody listens. What is written passes through *spell*; *paint* is how a line gets its colours, if it does.
    """

    stream: TextIO
    open: bool = True
    spell: Callable[[str], str] = str
    paint: Callable[[Line], str] | None = None

    @classmethod
    def of(cls, stream: TextIO, environ: Mapping[str, str]) -> Outlet:
        """As *environ* wants it: no commands to a service that reads along, and colours although nobody draws.

        ``NO_COLOR`` goes over ``FORCE_COLOR`` (no-color.org, force-color.org).
        """
        outlet = cls(stream, spell=without_commands if are_read(environ) else str)
        if environ.get("FORCE_COLOR") and not environ.get("NO_COLOR"):
            from deploytasks.report.colours import painted

            outlet.paint = painted
        return outlet

    def write(self, text: str) -> int:
        self.command(self.spell(text))
        return len(text)

    def command(self, text: str) -> None:
        """Write *text*, which is ours and may be for a service that reads along, as it is."""
        if self.open:
            try:
                self.stream.write(text.encode(self.encoding, "backslashreplace").decode(self.encoding))
            except (OSError, ValueError):
                self._give_up()

    def flush(self) -> None:
        if self.open:
            try:
                self.stream.flush()
            except (OSError, ValueError):
                self._give_up()

    def write_lines(self, lines: Iterable[Line]) -> None:
        """All *lines*, visible to the reader when this returns."""
        for line in lines:
            self.write((self.paint(line) if self.paint else line.text) + "\n")
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
