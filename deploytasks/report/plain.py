"""Lines of text for a pipe, a file or the log of a CI run."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from deploytasks.report.closing import closing_page, full_row
from deploytasks.report.mood import DONE, Mood
from deploytasks.report.narration import Narration
from deploytasks.report.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from deploytasks.agent.engine.events import Event
    from deploytasks.report.outlet import Outlet
    from deploytasks.report.page import Line
    from deploytasks.report.recap import Recap


TOLD_EVERY_S = 5.0


class PlainReporter:
    """A line per step that changed or failed, a row per host at the end; no colour, nothing redrawn.

    What takes long is told every few seconds. *clock* gives monotonic seconds. *tell* gets the lines of a host, in
    place of the outlet.
    """

    def __init__(
        self,
        outlet: Outlet,
        *,
        show_diff: bool = False,
        mood: Mood = DONE,
        clock: Callable[[], float] = time.monotonic,
        tell: Callable[[str, Iterable[Line]], None] | None = None,
    ) -> None:
        self._outlet = outlet
        self._tell = tell or (lambda _, lines: outlet.write_lines(lines))
        self._told = False
        self._clock = clock
        self._progress: dict[str, Progress] = {}
        self._last_told: dict[str, float] = {}
        self._mood = mood
        self._narration = Narration(show_diff=show_diff, mood=mood)

    def begin(self, command: str, hosts: Sequence[str]) -> None:  # noqa: ARG002 (the protocol's)
        self._narration = self._narration.among(hosts)

    def event(self, host: str, event: Event) -> None:
        lines = [*self._narration.lines(host, event)]
        self._told = self._told or bool(lines)
        self._tell(host, lines)
        now = self._clock()
        self._progress[host] = self._progress.get(host, Progress()).after(event, now)
        if lines or host not in self._last_told:
            self._last_told[host] = now
        self.tick()

    def tick(self) -> None:
        """What a host is at for a while already is told."""
        now = self._clock()
        for host, progress in self._progress.items():
            took = progress.step_elapsed_s(now)
            if took is not None and not progress.is_over and now - self._last_told[host] > TOLD_EVERY_S:
                self._last_told[host] = now
                self._outlet.write_lines([self._narration.at_work(host, progress.phase, took)])
                self._outlet.flush()

    def recap(self, recap: Recap) -> None:
        page = closing_page(recap, full_row, self._mood)
        if page and self._told:
            self._outlet.write("\n")
        for part in page:
            self._outlet.write_lines(part.lines())
