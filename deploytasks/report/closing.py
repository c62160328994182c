"""The recap as a page for people."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from deploytasks.agent.engine.events import Outcome
from deploytasks.report.failure import failure_lines
from deploytasks.report.measure import duration, size
from deploytasks.report.narration import TONES
from deploytasks.report.page import Line, Page, Part, Span, Table, Tone
from deploytasks.verbs import verb

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from deploytasks.report.recap import HostRecap, Recap

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


def closing_page(recap: Recap, row: Callable[[str, HostRecap], list[Part]]) -> Page:
    """A *row* per host that has something to tell, a block per failed one, and how it all ended.

    Empty for a command that went well without steps, such as ``logs``: its output is what the user asked for.
    """
    rows = [row(name, host) for name, host in recap.hosts.items() if host.steps or not host.went_well]
    if not rows and recap.ok:
        return []
    blocks = [*failures(recap)]
    return [Table.of(rows), *blocks, *([Line.of()] if blocks else []), closing_line(recap)]


def full_row(name: str, host: HostRecap) -> list[Part]:
    """For logs: every count in its place, so that a search finds ``changed=0``."""
    return [
        Span(name, Tone.HOST),
        Span(host.outcome.value, TONES[host.outcome]),
        f"ok={host.ok} changed={host.changed} failed={host.failed} skipped={host.skipped}",
        f"release {host.release}" if host.release else "",
        Span(duration(host.elapsed_s), Tone.QUIET),
        Span(f"{size(host.sent_bytes)} sent", Tone.QUIET),
    ]


def short_row(name: str, host: HostRecap) -> list[Part]:
    """For a terminal of 80 columns: only what occurred."""
    counts = {"ok": host.ok, "changed": host.changed, "failed": host.failed, "skipped": host.skipped}
    return [
        Span(name, Tone.HOST),
        Span(host.outcome.value, TONES[host.outcome]),
        ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count),
        Span(duration(host.elapsed_s), Tone.QUIET),
        Span(f"{size(host.sent_bytes)} sent" if host.sent_bytes else "", Tone.QUIET),
        host.release or "",
    ]


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


def closing_line(recap: Recap) -> Line:
    is_dry_run = verb(recap.command).asks_first and recap.exit_code == 3
    words, tone = WITHOUT_YES if is_dry_run else ENDINGS.get(recap.exit_code, FAILED)
    ending = Span(f"{recap.command} {words} {duration(recap.elapsed_s)}", tone)
    return Line.of(ending, counted(recap)) if len(recap.hosts) > 1 else Line.of(ending)


def counted(recap: Recap) -> str:
    outcomes = Counter(host.outcome.value for host in recap.hosts.values())
    counts = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items())
    return f": {len(recap.hosts)} hosts, {counts}"
