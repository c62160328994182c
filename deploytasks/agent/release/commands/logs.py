"""The app's log, as all its processes wrote it."""

from __future__ import annotations

import contextlib
import re
from collections import deque
from itertools import islice
from typing import Deque, Optional, Pattern, Tuple

from deploytasks.agent.engine.events import Ended, LogLine, Outcome
from deploytasks.agent.release.layout import App
from deploytasks.agent.release.questions import Logs
from deploytasks.agent.release.releases import current_release, kept_releases
from deploytasks.agent.release.runtime.process_units import process_of, processes_of, require_process
from deploytasks.agent.release.runtime.runtime import Log, LogEntry
from deploytasks.agent.release.session import Session
from deploytasks.agent.web.server_log import FILES, ServerLine, ServerLog


def logs(session: Session) -> Ended:
    """Say the app's last log lines in the order of their writing, then those to come, until the controller is gone."""
    app, asked = session.require_app(), session.asked(Logs)
    if _is_of_web_server(session, asked.process):
        return _logs_of_web_server(session, asked)
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


def _logs_of_web_server(session: Session, asked: Logs) -> Ended:
    """The same of what its web server says, which is no process of the app."""
    log = ServerLog(session.machine, asked.process, session.require_app().name)
    text = re.compile(asked.grep)
    found = (line for line in log.backwards(asked.since) if text.search(line.text))
    for line in reversed(list(islice(found, asked.lines))):
        _say(session, asked, line)
    for line in log.follow() if asked.follow else ():
        if text.search(line.text):
            _say(session, asked, line)
    return Ended(Outcome.OK)


def _say(session: Session, asked: Logs, line: ServerLine) -> None:
    session.outlet.say(LogLine("%.6f" % line.at, asked.process, line.text))


def _is_of_web_server(session: Session, process: str) -> bool:
    """Whether *process* is called like a web server, and the app has none of that name."""
    app = session.require_app()
    current = current_release(session.machine, app)
    listed = processes_of(session.machine, app.release(current)) if current else {}
    return process in FILES and process not in listed


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
