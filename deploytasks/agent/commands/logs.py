"""The app's log, from the journal of all its instances."""

from __future__ import annotations

import json
import re
import subprocess
import threading
from typing import IO, Any, Dict, List, Optional, Pattern

from deploytasks.agent.app import App
from deploytasks.agent.commands.questions import app_of
from deploytasks.agent.events import Ended, LogLine, Outcome
from deploytasks.agent.resource import StepError
from deploytasks.agent.session import Session


def logs(session: Session) -> Ended:
    """Say the app's log lines as they were written; with ``follow``, until the controller is gone."""
    opening = session.opening
    wanted = re.compile(opening["grep"]) if opening.get("grep") else None
    child = subprocess.Popen(
        _journalctl(app_of(session), opening),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(session.machine.environment),
    )
    threading.Thread(target=_end_with_controller, args=(session, child), daemon=True).start()
    try:
        _say_lines(session, child.stdout, wanted)
    finally:
        child.terminate()
    if child.wait() not in (0, -15) and not session.machine.stop.is_set():
        raise StepError("journalctl ended with %d" % child.returncode, _rest(child.stderr))
    return Ended(Outcome.OK)


def _journalctl(app: App, opening: Dict[str, Any]) -> List[str]:
    argv = ["journalctl", "--no-pager", "-o", "json", "--all", "-n", str(int(opening.get("lines", 100)))]
    if opening.get("since"):
        argv += ["--since", str(opening["since"])]
    if opening.get("follow"):
        argv.append("--follow")
    return [*argv, "-u", app.name + "@*.service"]


def _end_with_controller(session: Session, child: "subprocess.Popen[bytes]") -> None:
    session.machine.stop.wait()
    child.terminate()


def _say_lines(session: Session, stream: "Optional[IO[bytes]]", wanted: Optional[Pattern[str]]) -> None:
    for raw in stream or ():
        line = _line(json.loads(raw))
        if wanted is None or wanted.search(line.text):
            session.outlet.say(line)


def _line(entry: Dict[str, Any]) -> LogLine:
    at = int(entry.get("_SOURCE_REALTIME_TIMESTAMP") or entry["__REALTIME_TIMESTAMP"])
    unit = str(entry.get("UNIT") or entry.get("_SYSTEMD_UNIT") or "")
    return LogLine("%d.%06d" % divmod(at, 1_000_000), "web" if unit else "", _message(entry.get("MESSAGE")))


def _message(message: Any) -> str:
    """Journald gives a message that is not UTF-8 as a list of its bytes."""
    if isinstance(message, list):
        return bytes(message).decode("utf-8", "replace")
    return str(message or "")


def _rest(stream: "Optional[IO[bytes]]") -> str:
    return stream.read().decode("utf-8", "replace") if stream else ""
