"""The app's log, from the journal of all its processes.

journalctl(1) looks up the units that ``--unit PATTERN`` means when it starts, so it would never show the
instance of a release that is deployed while it follows. The slice of an app's units has one name
for ever (systemd.slice(5)); what systemd itself says of them is among the entries of PID 1.
"""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import threading
from collections import deque
from typing import Any, Deque, Dict, Generator, Pattern, Sequence, Tuple

from deploytasks.agent.engine.events import Ended, LogLine, Outcome
from deploytasks.agent.errors import StepError
from deploytasks.agent.release.layout import App
from deploytasks.agent.release.releases import current_release, kept_releases
from deploytasks.agent.release.runtime.process_units import process_of, processes_of, require_process
from deploytasks.agent.release.session import Session
from deploytasks.agent.services.journal import text_of

Entry = Dict[str, Any]


def logs(session: Session) -> Ended:
    """Say the app's last log lines in the order of their writing; with ``follow``, until the controller is gone.

    ``process`` chooses those of one process, ``grep`` those that match.
    """
    app, opening = session.require_app(), session.opening
    _require(session, opening.get("process") or "")
    wanted = re.compile(opening.get("grep") or "")
    since = ["--since", str(opening["since"])] if opening.get("since") else []
    past, newest = _past(session, wanted, since, int(opening.get("lines", 100)))
    for line in past:
        session.outlet.say(line)
    if opening.get("follow"):
        start = ["--after-cursor", newest] if newest else since
        for entry in _entries(session, "--follow", "--lines", "all", *start):
            if wanted.search(_message(entry)):
                session.outlet.say(_line(app, entry))
    return Ended(Outcome.OK)


def _require(session: Session, process: str) -> None:
    app = session.require_app()
    current = current_release(session.machine, app)
    for release in kept_releases(session.machine, app):
        session.keep_secret(app.release(release.name))
    if process and current:
        require_process(processes_of(session.machine, app.release(current)), process)


def _past(
    session: Session, wanted: Pattern[str], since: Sequence[str], at_most: int
) -> Tuple[Deque[LogLine], str]:
    """The last *at_most* lines that are *wanted*, oldest first, and where in the journal the newest entry is."""
    app = session.require_app()
    past: Deque[LogLine] = deque()
    newest = ""
    with contextlib.closing(_entries(session, "--reverse", *since)) as entries:
        for entry in entries:
            newest = newest or entry["__CURSOR"]
            if len(past) >= at_most:
                break
            if wanted.search(_message(entry)):
                past.appendleft(_line(app, entry))
    return past, newest


def _entries(session: Session, *options: str) -> Generator[Entry, None, None]:
    """The chosen process's entries as journalctl(1) gives them with *options*, until the controller is gone."""
    app, process = session.require_app(), session.opening.get("process")
    child = subprocess.Popen(
        ["journalctl", "--no-pager", "--output", "json", "--all", *options, *_matches(app)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(session.machine.environment),
    )
    threading.Thread(target=_end_with_controller, args=(session, child), daemon=True).start()
    try:
        for raw in child.stdout or ():
            entry = json.loads(raw)
            found = _process(app, entry)
            if found and process in ("", None, found):
                yield entry
        complaint = child.stderr.read().decode("utf-8", "replace") if child.stderr else ""
        child.wait()
    finally:
        child.terminate()
        child.wait()
    if child.returncode and not session.machine.stop.is_set():
        raise StepError("journalctl: %s" % (complaint.strip() or "exit status %d" % child.returncode))


def _matches(app: App) -> Tuple[str, ...]:
    # What a process wrote that had ended when journald read it has no slice.
    return ("_SYSTEMD_SLICE=" + app.slice, "+", "SYSLOG_IDENTIFIER=" + app.name, "+", "_PID=1")


def _end_with_controller(session: Session, child: "subprocess.Popen[bytes]") -> None:
    session.machine.stop.wait()
    child.terminate()


def _process(app: App, entry: Entry) -> str:
    """The process whose service said it, or of whose service systemd says it; empty for what is not the app's."""
    of_systemd = entry.get("UNIT") if text_of(entry.get("_PID")) == "1" else None
    unit = text_of(of_systemd or entry.get("_SYSTEMD_UNIT"))
    return process_of(app, unit) if unit.endswith(".service") else ""


def _line(app: App, entry: Entry) -> LogLine:
    source = entry.get("_SOURCE_REALTIME_TIMESTAMP")
    at = int(source if isinstance(source, str) else entry["__REALTIME_TIMESTAMP"])
    return LogLine("%d.%06d" % divmod(at, 1_000_000), _process(app, entry), _message(entry))


def _message(entry: Entry) -> str:
    return text_of(entry.get("MESSAGE"))
