"""How far the reading of an app's source is."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

from deploytasks.report.measure import size as in_units
from deploytasks.report.outlet import Outlet
from deploytasks.report.page import Line, Span, Tone

if TYPE_CHECKING:
    from collections.abc import Mapping

ON_TERMINAL_S = (1.0, 0.1)
IN_PIPE_S = (5.0, 5.0)


class Reading:
    """Has *show* tell what was read, and *clear* take that away.

    *times_s* are after how long the first time is, and how often from then on; *clock* gives monotonic seconds.
    """

    def __init__(
        self,
        show: Callable[[Line], object],
        times_s: tuple[float, float] = IN_PIPE_S,
        clear: Callable[[], object] = bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._show = show
        self._clear = clear
        self._clock = clock
        after_s, self._every_s = times_s
        self._due = clock() + after_s

    def tell(self, files: int, size: int) -> None:
        """So many files, and bytes, have been read."""
        now = self._clock()
        if now >= self._due:
            self._due = now + self._every_s
            count = f"{files:,}".replace(",", " ")
            self._show(Line.of(Span(f"reading the source: {count} files, {in_units(size)}", Tone.QUIET)))

    def end(self) -> None:
        """All has been read, or what is there cannot be."""
        self._clear()


def unseen() -> Reading:
    """For nobody."""
    return Reading(_nobody_looks)


def _nobody_looks(line: Line) -> None:
    del line


def reading_for(stdout: TextIO, environ: Mapping[str, str]) -> Reading:
    """One line that is drawn anew on a terminal that can, a line every few seconds elsewhere."""
    outlet = Outlet.of(stdout, environ)
    if not outlet.draws(environ):
        return Reading(lambda line: outlet.write_lines([line]))
    from deploytasks.report.terminal import passing_line

    show, clear = passing_line(outlet, environ)
    return Reading(show, ON_TERMINAL_S, clear)
