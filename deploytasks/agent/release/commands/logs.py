"""The app's log, as all its processes wrote it."""

from __future__ import annotations

import contextlib
import re
from collections import deque
from typing import Deque, Optional, Pattern, Tuple

from deploytasks.agent.engine.events import Ended, LogLine, Outcome
from deploytasks.agent.release.layout import App
from deploytasks.agent.release.questions import Logs
from deploytasks.agent.release.releases import current_release, kept_releases
from deploytasks.agent.release.runtime.process_units import process_of, processes_of, require_process
from deploytasks.agent.release.runtime.runtime import Log, LogEntry
from deploytasks.agent.release.session import Session


def logs(session: Session) -> Ended:
    """Say the app's last log lines in the order of their writing, then those to come, until the controller is gone."""
    app, asked = session.require_app(), session.asked(Logs)
    _require(session, asked.process)
    wanted = Wanted(app, asked.process, re.compile(asked.grep))
    log = session.runtime.log(app)
    past, newest = _past(log, wanted, asked.since, asked.lines)
    for line in past:
        session.outlet.say(line)
    if asked.follow:
        for told in map(wanted.line, log.follow(newest, asked.since)):
            if told:
                session.outlet.say(told)
    return Ended(Outcome.OK)


class Wanted:
    """The lines of *app* that are asked for: of one *process*, unless that is empty, and such as *text* is found in."""

    def __init__(self, app: App, process: str, text: Pattern[str]) -> None:
        self._app = app
        self._process = process
        self._text = text

    def line(self, entry: LogEntry) -> Optional[LogLine]:
        """What is told of *entry*; None where it is not wanted."""
        process = process_of(self._app, entry.unit)
        if not process or self._process not in ("", process) or not self._text.search(entry.text):
            return None
        return LogLine(entry.at, process, entry.text)


def _require(session: Session, process: str) -> None:
    app = session.require_app()
    current = current_release(session.machine, app)
    for release in kept_releases(session.machine, app):
        session.keep_secret(app.release(release.name))
    if process and current:
        require_process(processes_of(session.machine, app.release(current)), process)


def _past(log: Log, wanted: Wanted, since: str, at_most: int) -> Tuple[Deque[LogLine], str]:
    """The last *at_most* lines that are *wanted*, oldest first, and where in the log the newest entry is."""
    past: Deque[LogLine] = deque()
    newest = ""
    with contextlib.closing(log.backwards(since)) as entries:
        for entry in entries:
            newest = newest or entry.place
            if len(past) >= at_most:
                break
            line = wanted.line(entry)
            if line:
                past.appendleft(line)
    return past, newest
