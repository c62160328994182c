"""The app's log, from the journal of all its instances.

journalctl(1) looks up the units that ``--unit PATTERN`` means when it starts, so it would never show the
instance of a release that is deployed while it follows. The slice of a template's instances has one name
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

from deploytasks.agent.app import App
from deploytasks.agent.events import Ended, LogLine, Outcome
from deploytasks.agent.resource import StepError
from deploytasks.agent.session import Session

Entry = Dict[str, Any]


def logs(session: Session) -> Ended:
    """Say the app's last log lines in the order of their writing; with ``follow``, until the controller is gone."""
    opening = session.opening
    wanted = re.compile(opening.get("grep") or "")
    since = ["--since", str(opening["since"])] if opening.get("since") else []
    past, newest = _past(session, wanted, since, int(opening.get("lines", 100)))
    for line in past:
        session.outlet.say(line)
    if opening.get("follow"):
        start = ["--after-cursor", newest] if newest else since
        for entry in _entries(session, "--follow", "--lines", "all", *start):
            if wanted.search(_message(entry)):
                session.outlet.say(_line(entry))
    return Ended(Outcome.OK)


def _past(
    session: Session, wanted: Pattern[str], since: Sequence[str], at_most: int
) -> Tuple[Deque[LogLine], str]:
    """The last *at_most* lines that are *wanted*, oldest first, and where in the journal the newest entry is."""
    past: Deque[LogLine] = deque()
    newest = ""
    with contextlib.closing(_entries(session, "--reverse", *since)) as entries:
        for entry in entries:
            newest = newest or entry["__CURSOR"]
            if len(past) >= at_most:
                break
            if wanted.search(_message(entry)):
                past.appendleft(_line(entry))
    return past, newest


def _entries(session: Session, *options: str) -> Generator[Entry, None, None]:
    """The app's entries as journalctl(1) gives them with *options*, until the controller is gone."""
    app = session.require_app()
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
            if _unit(entry).startswith(app.name + "@"):
                yield entry
        complaint = child.stderr.read().decode("utf-8", "replace") if child.stderr else ""
        child.wait()
    finally:
        child.terminate()
        child.wait()
    if child.returncode and not session.machine.stop.is_set():
        raise StepError("journalctl: %s" % (complaint.strip() or "exit status %d" % child.returncode))


def _matches(app: App) -> Tuple[str, ...]:
    slice_ = "system-%s.slice" % app.name.replace("-", "\\x2d")
    return ("_SYSTEMD_SLICE=" + slice_, "+", "_PID=1")


def _end_with_controller(session: Session, child: "subprocess.Popen[bytes]") -> None:
    session.machine.stop.wait()
    child.terminate()


def _unit(entry: Entry) -> str:
    """The service that said it, or of which systemd says it."""
    unit = str(entry.get("UNIT") or entry.get("_SYSTEMD_UNIT") or "")
    return unit if unit.endswith(".service") else ""


def _line(entry: Entry) -> LogLine:
    at = int(entry.get("_SOURCE_REALTIME_TIMESTAMP") or entry["__REALTIME_TIMESTAMP"])
    return LogLine("%d.%06d" % divmod(at, 1_000_000), "web", _message(entry))


def _message(entry: Entry) -> str:
    """Journald gives a message that is not UTF-8 as a list of its bytes."""
    message = entry.get("MESSAGE")
    if isinstance(message, list):
        return bytes(message).decode("utf-8", "replace")
    return str(message or "")
