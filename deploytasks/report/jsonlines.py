"""JSON Lines for scripts: standard output holds nothing else."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from deploytasks.agent.conversation.mask import without_passwords
from deploytasks.agent.engine.events import Event, LogLine, Note, Outcome, StepDone, StepUndone
from deploytasks.report.closing import failures
from deploytasks.report.commands import without_commands

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from deploytasks.report.outlet import Outlet
    from deploytasks.report.recap import Recap

TOLD = (StepDone, StepUndone, Note, LogLine)
ONLY_OF_FAILURES = ("reason", "output")


def one_document(document: Any) -> str:
    """*document* for who reads all of it: JSON, indented; without passwords of URLs, and no command to a service."""
    return without_commands(json.dumps(without_passwords(document), indent=2))


def now_in_utc() -> datetime:
    return datetime.now(timezone.utc)


class JsonReporter:
    """One JSON object per line, each flushed when it happened; why a host failed is told to *people*, too.

    The lines are ASCII, so no encoding of the stream can spoil them.
    """

    def __init__(self, scripts: Outlet, people: Outlet, now: Callable[[], datetime] = now_in_utc) -> None:
        self._scripts = scripts
        self._people = people
        self._now = now
        self.has_recapped = False

    def begin(self, command: str, hosts: Sequence[str]) -> None:
        """Scripts learn of a host by its first event."""

    def event(self, host: str, event: Event) -> None:
        if isinstance(event, TOLD):
            self._say({"event": event.event, "host": host, **facts_of(event)})

    def tick(self) -> None:
        """Scripts wait."""

    def recap(self, recap: Recap) -> None:
        self.has_recapped = True
        self._say(recap.to_json())
        self._people.write_lines(failures(recap))

    def _say(self, line: dict[str, Any]) -> None:
        line = without_passwords(line)
        self._scripts.write(json.dumps({**line, "time": rfc3339(self._now())}, separators=(",", ":")) + "\n")
        self._scripts.flush()


def facts_of(event: Event) -> dict[str, Any]:
    """The event's own fields; of a step only those that its outcome gives a meaning."""
    facts = event.to_json()
    if not isinstance(event, StepDone):
        return facts
    facts["elapsed_s"] = round(event.elapsed_s, 3)
    if event.outcome == Outcome.FAILED:
        return facts
    return {name: value for name, value in facts.items() if name not in ONLY_OF_FAILURES}


def rfc3339(moment: datetime) -> str:
    """*moment*, which is in UTC, to the millisecond (RFC 3339, section 5.6)."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
