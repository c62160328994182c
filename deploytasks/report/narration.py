"""What happens on a host, as lines for people."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from deploytasks.agent.engine.events import Event, LogLine, Note, Outcome, StepDone, StepUndone
from deploytasks.agent.frozen import frozen
from deploytasks.report.measure import duration
from deploytasks.report.mood import DONE, Mood
from deploytasks.report.page import Line, Part, Span, Tone, text_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TONES = {
    Outcome.OK: Tone.GOOD,
    Outcome.CHANGED: Tone.CHANGED,
    Outcome.FAILED: Tone.BAD,
    Outcome.SKIPPED: Tone.QUIET,
    Outcome.UNREACHABLE: Tone.BAD,
    Outcome.LOCKED: Tone.BAD,
}
TOLD = frozenset({Outcome.CHANGED, Outcome.FAILED})


@frozen
class Narration:
    """Events as lines that begin with the host, in columns; *width* is that of the longest host's name.

    Steps that were ok or skipped are not told: they are counted in the recap.
    """

    width: int = 0
    show_diff: bool = False
    mood: Mood = DONE

    def among(self, hosts: Sequence[str]) -> Narration:
        """The same, in columns that fit *hosts*."""
        return replace(self, width=max((len(Span(host).text) for host in hosts), default=0))

    def lines(self, host: str, event: Event) -> Iterator[Line]:
        match event:
            case StepDone() if event.outcome in TOLD:
                yield self._step(host, event)
                if self.show_diff:
                    yield from diff_lines(event.diff)
            case StepUndone():
                yield self._undone(host, event)
            case Note():
                for text in text_lines(event.text):
                    yield self._line(host, "note", Tone.QUIET, text)
            case LogLine():
                time = Span(clock_time(event.at), Tone.QUIET)
                yield Line.of(self._host(host), time, "  ", Span(event.process, Tone.QUIET), "  ", event.text)

    def at_work(self, host: str, phase: str, elapsed_s: float) -> Line:
        """What *host* is at, for so long already."""
        return self._line(
            host, "...", Tone.QUIET, phase, Span(f"  ({duration(elapsed_s)} so far)", Tone.QUIET)
        )

    def _step(self, host: str, done: StepDone) -> Line:
        outcome = Outcome(done.outcome)
        took = Span(f"  ({duration(done.elapsed_s)})", Tone.QUIET)
        return self._line(host, self.mood.of_step(outcome), TONES[outcome], f"{done.role}: {done.step}", took)

    def _undone(self, host: str, undone: StepUndone) -> Line:
        step = f"{undone.role}: {undone.step}"
        if undone.reason:
            return self._line(host, "stuck", Tone.BAD, f"{step}, not undone: {undone.reason}")
        return self._line(host, "undone", Tone.CHANGED, step)

    def _line(self, host: str, word: str, tone: Tone, *parts: Part) -> Line:
        return Line.of(self._host(host), Span(f"{word:<9}", tone), *parts)

    def _host(self, host: str) -> Span:
        return Span(Span(host).text.ljust(self.width) + "  ", Tone.HOST)


def diff_lines(diff: str) -> Iterator[Line]:
    """A unified diff, indented below its step."""
    for text in text_lines(diff):
        yield Line.of("    ", Span(text, diff_tone(text)))


def diff_tone(text: str) -> Tone:
    if text.startswith(("---", "+++", "@@")):
        return Tone.QUIET
    return {"+": Tone.ADDED, "-": Tone.REMOVED}.get(text[:1], Tone.PLAIN)


def clock_time(at: str) -> str:
    """*at*, seconds since the epoch, as UTC to the millisecond; as it came when it is no time."""
    try:
        moment = datetime.fromtimestamp(float(at), timezone.utc)
    except (ValueError, OverflowError, OSError):
        return at
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
