"""The recap as a page for people."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from deploytasks.agent.engine.events import Outcome
from deploytasks.report.failure import failure_lines
from deploytasks.report.measure import duration, size
from deploytasks.report.mood import DONE, Mood
from deploytasks.report.narration import TONES
from deploytasks.report.page import Line, Page, Part, Span, Table, Tone
from deploytasks.verbs import verb

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from deploytasks.report.recap import HostRecap, Recap

    Row = Callable[[str, HostRecap, Mood], list[Part]]

ENDINGS = {
    0: ("done in", Tone.GOOD),
    1: ("broke off by an error of deploytasks after", Tone.BAD),
    3: ("found differences in", Tone.CHANGED),
    129: ("left by its terminal after", Tone.BAD),
    130: ("interrupted after", Tone.BAD),
    143: ("terminated after", Tone.BAD),
}
WITHOUT_YES = ("changed nothing, --yes does it; took", Tone.CHANGED)
"""How a command that removes things ends without ``--yes`` when there are any."""
SWITCHED = "serves the new release; to take that back:"
FAILED = ("failed after", Tone.BAD)


def closing_page(recap: Recap, row: Row, mood: Mood = DONE) -> Page:
    """A *row* per host that has something to tell, a block per failed one, and how it all ended.

    Empty for a command that went well without steps, such as ``logs``: its output is what the user asked for.
    """
    rows = [row(name, host, mood) for name, host in recap.hosts.items() if host.steps or not host.went_well]
    if not rows and recap.ok:
        return []
    blocks = [*failures(recap)]
    return [Table.of(rows), *blocks, *([Line.of()] if blocks else []), closing_line(recap, mood)]


def full_row(name: str, host: HostRecap, mood: Mood = DONE) -> list[Part]:
    """For logs: every count in its place, so that a search finds ``changed=0``."""
    changed = mood.of_count(Outcome.CHANGED).replace(" ", "_")
    return [
        Span(name, Tone.HOST),
        Span(mood.of_host(host.outcome), TONES[host.outcome]),
        f"ok={host.ok} {changed}={host.changed} failed={host.failed} skipped={host.skipped}",
        standing(host) or (f"release {host.release}" if host.release else ""),
        Span(duration(host.elapsed_s), Tone.QUIET),
        Span(f"{size(host.sent_bytes)} sent", Tone.QUIET),
    ]


def short_row(name: str, host: HostRecap, mood: Mood = DONE) -> list[Part]:
    """For a terminal of 80 columns: only what occurred."""
    changed = mood.of_count(Outcome.CHANGED)
    counts = {"ok": host.ok, changed: host.changed, "failed": host.failed, "skipped": host.skipped}
    return [
        Span(name, Tone.HOST),
        Span(mood.of_host(host.outcome), TONES[host.outcome]),
        ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count),
        Span(duration(host.elapsed_s), Tone.QUIET),
        Span(f"{size(host.sent_bytes)} sent" if host.sent_bytes else "", Tone.QUIET),
        standing(host) or host.release or "",
    ]


def standing(host: HostRecap) -> str:
    """Which release is there on a host that failed; else empty."""
    if host.went_well or not host.release:
        return ""
    return f"serves {host.release}" if host.put_back else f"current {host.release}"


def failures(recap: Recap) -> Iterator[Line]:
    for name, host in recap.hosts.items():
        if not host.went_well:
            yield Line.of()
            yield from failure_lines(recap.command, name, host)
    others = [*_standings(recap)]
    yield from [Line.of(), *others] if others else []


def _standings(recap: Recap) -> Iterator[Line]:
    """What a run that failed somewhere means for hosts that did not fail: some were held back, some are ahead."""
    has_failed = any(host.outcome is Outcome.FAILED for host in recap.hosts.values())
    for name, host in recap.hosts.items():
        if host.went_well and host.error:
            yield Line.of(Span(name, Tone.HOST), "  ", host.error)
        elif has_failed and host.went_well and host.switched and host.previous and recap.command == "deploy":
            yield Line.of(Span(name, Tone.HOST), f"  {SWITCHED} inv rollback --host {name}")


def closing_line(recap: Recap, mood: Mood) -> Line:
    is_dry_run = verb(recap.command).asks_first and recap.exit_code == 3
    words, tone = WITHOUT_YES if is_dry_run else ENDINGS.get(recap.exit_code, FAILED)
    ending = Span(f"{recap.command} {words} {duration(recap.elapsed_s)}", tone)
    return Line.of(ending, counted(recap, mood)) if len(recap.hosts) > 1 else Line.of(ending)


def counted(recap: Recap, mood: Mood) -> str:
    outcomes = Counter(mood.of_host(host.outcome) for host in recap.hosts.values())
    counts = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items())
    return f": {len(recap.hosts)} hosts, {counts}"
