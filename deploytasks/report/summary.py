"""A run as a page of Markdown: what a merge request shows of it."""

from __future__ import annotations

import html
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from deploytasks.agent.conversation.visible import visible
from deploytasks.agent.engine.events import Outcome, StepDone
from deploytasks.agent.regex import regex
from deploytasks.report.measure import duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from deploytasks.agent.engine.events import Event
    from deploytasks.report.mistake import Mistake
    from deploytasks.report.mood import Mood
    from deploytasks.report.recap import HostRecap, Recap

MARKUP = regex(r"([\\`*_{}\[\]()#+!|~@:-])")
MOST_STEPS = 200
"""GitHub takes a megabyte for a step's summary."""
LONGEST = 500
ENDINGS = {0: "done", 3: "there are differences"}


class SummaryReporter:
    """Appends to *path*: a row for each host, the steps that changed or failed, and why."""

    def __init__(self, path: Path, mood: Mood) -> None:
        self._path = path
        self._mood = mood
        self._steps: dict[str, list[str]] = defaultdict(list)

    def begin(self, command: str, hosts: Sequence[str]) -> None:
        """Nothing is written before the end."""

    def event(self, host: str, event: Event) -> None:
        """*host* said something."""
        if isinstance(event, StepDone) and event.outcome in (Outcome.CHANGED, Outcome.FAILED):
            word = self._mood.of_step(Outcome(event.outcome))
            self._steps[host].append(f"| {cell(word)} | {cell(f'{event.role}: {event.step}')} |")

    def tick(self) -> None:
        """Nothing is written before the end."""

    def recap(self, recap: Recap) -> None:
        """The run ended."""
        if any(host.steps or not host.went_well for host in recap.hosts.values()):
            append(self._path, self._page(recap))

    def _page(self, recap: Recap) -> Iterator[str]:
        ending = ENDINGS.get(recap.exit_code, f"ended with exit code {recap.exit_code}")
        yield from (f"### {cell(recap.command)}: {ending} ({duration(recap.elapsed_s)})", "")
        yield from ("| host | outcome | steps | release | took |", "|---|---|---|---|---|")
        yield from (self._row(name, host) for name, host in recap.hosts.items())
        for name, host in recap.hosts.items():
            if host.error:
                yield from ("", f"**{cell(name)}**: {cell(host.error)}")
            yield from self._details(name)

    def _row(self, name: str, host: HostRecap) -> str:
        changed = self._mood.of_count(Outcome.CHANGED)
        counts = {"ok": host.ok, changed: host.changed, "failed": host.failed, "skipped": host.skipped}
        steps = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
        cells = (name, self._mood.of_host(host.outcome), steps, host.release or "", duration(host.elapsed_s))
        return f"| {' | '.join(map(cell, cells))} |"

    def _details(self, name: str) -> Iterator[str]:
        rows = self._steps[name]
        if not rows:
            return
        yield from (
            "",
            f"<details><summary>{cell(name)}: {len(rows)} steps</summary>",
            "",
            "| | step |",
            "|---|---|",
        )
        yield from rows[:MOST_STEPS]
        if len(rows) > MOST_STEPS:
            yield f"| | and {len(rows) - MOST_STEPS} more |"
        yield from ("", "</details>")


def cell(text: str) -> str:
    """*text* as Markdown that shows just that, in one line: whoever has said it."""
    shown = visible(text.strip()[:LONGEST], but="\n").replace("\n", " ")
    return MARKUP.sub(r"\\\1", html.escape(shown, quote=False))


def append(path: Path, lines: Iterable[str]) -> None:
    """Add *lines* to the page at *path*; raises ``OSError``."""
    with path.open("a", encoding="utf-8") as page:
        page.writelines(f"{line}\n" for line in (*lines, ""))


def of_mistakes(command: str, mistakes: Iterable[Mistake]) -> Iterator[str]:
    """The page of a run that did not begin."""
    yield from (f"### {cell(command)}: not begun, nothing was contacted", "")
    for mistake in mistakes:
        place = f"`{mistake.file}:{mistake.line}` " if mistake.file else ""
        yield f"- {place}{cell(mistake.text)}"
