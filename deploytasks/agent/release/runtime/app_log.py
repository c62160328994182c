"""An app's log: what all its processes wrote to the journal.

Who follows it by a pattern of units has it looked up once, and would never see the instance of a release that is
deployed meanwhile. The slice of an app's units has one name for ever (systemd.slice(5)); what systemd
itself says of them is among the entries of PID 1.
"""

from __future__ import annotations

from typing import Generator, Tuple

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.release.layout import App
from deploytasks.agent.release.runtime.runtime import LogEntry
from deploytasks.agent.services.journal import Entry, entries, text_of


class AppLog:
    """``Log`` of *app* in the journal of *machine*."""

    def __init__(self, machine: Machine, app: App) -> None:
        self._machine = machine
        # What a process wrote that had ended when journald read it has no slice.
        self._matches = (
            *("_SYSTEMD_SLICE=" + app.slice, "+"),
            *("SYSLOG_IDENTIFIER=" + app.name, "+", "_PID=1"),
        )

    def backwards(self, since: str = "") -> Generator[LogEntry, None, None]:
        """The entries from the newest on."""
        return self._entries("--reverse", *_from(since))

    def follow(self, after: str = "", since: str = "") -> Generator[LogEntry, None, None]:
        """The entries that come, until the controller is gone."""
        start = ("--after-cursor", after) if after else _from(since)
        return self._entries("--follow", "--lines", "all", *start)

    def _entries(self, *options: str) -> Generator[LogEntry, None, None]:
        for entry in entries(self._machine, self._matches, *options):
            unit = _unit(entry)
            if unit.endswith(".service"):
                yield LogEntry(_moment(entry), unit, text_of(entry.get("MESSAGE")), entry["__CURSOR"])


def _from(since: str) -> Tuple[str, ...]:
    return ("--since", since) if since else ()


def _unit(entry: Entry) -> str:
    """The unit that said it, or of which systemd says it."""
    of_systemd = entry.get("UNIT") if text_of(entry.get("_PID")) == "1" else None
    return text_of(of_systemd or entry.get("_SYSTEMD_UNIT"))


def _moment(entry: Entry) -> str:
    source = entry.get("_SOURCE_REALTIME_TIMESTAMP")
    at = int(source if isinstance(source, str) else entry["__REALTIME_TIMESTAMP"])
    return "%d.%06d" % divmod(at, 1_000_000)
