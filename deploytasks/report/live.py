"""The live view of a terminal: what changes scrolls by, and below it each host says what it is at."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.live import Live
from rich.table import Table
from rich.text import Text

from deploytasks.report.closing import closing_page, short_row
from deploytasks.report.measure import duration
from deploytasks.report.mood import DONE, Mood
from deploytasks.report.narration import TONES, Narration
from deploytasks.report.page import Line, Span, Tone
from deploytasks.report.progress import Progress
from deploytasks.report.terminal import draw, text_of
from deploytasks.verbs import verb

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from rich.console import Console

    from deploytasks.agent.engine.events import Event
    from deploytasks.report.recap import Recap

FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
FRAMES_PER_S = 10
# Lines of the region; more hosts than this are counted in its last line.
MOST_HOSTS = 12


class LiveReporter:
    """Draws on *console*; *clock* gives monotonic seconds."""

    def __init__(
        self,
        console: Console,
        *,
        show_diff: bool = False,
        mood: Mood = DONE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._console = console
        self._told = False
        self._clock = clock
        self._mood = mood
        self._narration = Narration(show_diff=show_diff, mood=mood)
        self._progress: dict[str, Progress] = {}
        self._live = Live(
            console=console, get_renderable=self.region, refresh_per_second=FRAMES_PER_S, transient=True
        )

    def begin(self, command: str, hosts: Sequence[str]) -> None:
        self._narration = self._narration.among(hosts)
        self._progress = dict.fromkeys(hosts, Progress())
        if not verb(command).prints:
            self._live.start()

    def event(self, host: str, event: Event) -> None:
        self._progress[host] = self._progress.get(host, Progress()).after(event, self._clock())
        lines = [*self._narration.lines(host, event)]
        self._told = self._told or bool(lines)
        draw(self._console, lines)

    def tick(self) -> None:
        """The region moves by itself."""

    def recap(self, recap: Recap) -> None:
        self._live.stop()
        page = closing_page(recap, short_row, self._mood)
        draw(self._console, [Line.of(), *page] if page and self._told else page)

    def region(self) -> Table:
        """One line per host: spinner or mark, host, step, counts, seconds."""
        now = self._clock()
        shown, hidden = by_interest(self._progress)
        grid = Table.grid(padding=(0, 2, 0, 0), expand=True)
        for ratio in (None, None, 1, None, None):
            grid.add_column(ratio=ratio, no_wrap=True, overflow="ellipsis")
        for host, progress in shown.items():
            grid.add_row(*(text_of(cell) for cell in cells(host, progress, now, self._mood)))
        if hidden:
            grid.add_row("", "", Text(f"and {hidden} hosts more", "dim"))
        return grid


def by_interest(progress: Mapping[str, Progress]) -> tuple[dict[str, Progress], int]:
    """The hosts that fit, in their order, and how many do not: those at work stay, then the waiting ones."""
    ranked = sorted(progress, key=lambda host: (progress[host].is_over, progress[host].is_waiting))
    kept = frozenset(ranked[:MOST_HOSTS])
    return {host: state for host, state in progress.items() if host in kept}, len(ranked) - len(kept)


def cells(host: str, progress: Progress, now: float, mood: Mood) -> Iterator[Line]:
    yield Line.of(mark(progress, now))
    yield Line.of(Span(host, Tone.HOST))
    yield phase(progress, now, mood)
    yield counted(progress, mood)
    yield Line.of("" if progress.is_waiting else Span(duration(progress.elapsed_s(now)), Tone.QUIET))


def mark(progress: Progress, now: float) -> Span:
    if progress.is_waiting:
        return Span("·", Tone.QUIET)
    if not progress.outcome:
        return Span(FRAMES[int(now * FRAMES_PER_S) % len(FRAMES)], Tone.STRONG)
    return Span("✗", Tone.BAD) if TONES[progress.outcome] is Tone.BAD else Span("✓", Tone.GOOD)


def phase(progress: Progress, now: float, mood: Mood) -> Line:
    if progress.is_waiting:
        return Line.of(Span("waiting", Tone.QUIET))
    if progress.outcome:
        return Line.of(Span(mood.of_host(progress.outcome), TONES[progress.outcome]))
    took = progress.step_elapsed_s(now)
    if took is None:
        return Line.of(Span(progress.phase, Tone.QUIET))
    return Line.of(progress.phase, "  ", Span(duration(took), Tone.QUIET))


def counted(progress: Progress, mood: Mood) -> Line:
    """Only the outcomes that occurred, such as ``12 ok  2 changed``."""
    seen = [outcome for outcome in TONES if progress.counts.get(outcome)]
    spans = [Span(f"{progress.counts[outcome]} {mood.of_count(outcome)}", TONES[outcome]) for outcome in seen]
    return Line.of(*[part for span in spans for part in ("  ", span)][1:])
