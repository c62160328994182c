"""Wait until something of a host is so."""

from __future__ import annotations

import os
import re
import socket
import time
import urllib.error
import urllib.request
from typing import Iterator

from deploytasks.agent.disk.directory_handle import reading
from deploytasks.agent.engine.events import Ended, Outcome
from deploytasks.agent.errors import StepError
from deploytasks.agent.release.questions import Wait
from deploytasks.agent.release.session import Session

PAUSE_S = 0.2
PATIENCE_S = 5.0
"""So long a single attempt may take."""


def wait(session: Session) -> Ended:
    """Look again and again until all that is asked is so; raises ``StepError`` with what is missing in the end."""
    machine, asked = session.machine, session.asked(Wait)
    deadline = time.monotonic() + asked.timeout_s
    while True:
        missing = list(_missing(session, asked))
        if not missing:
            return Ended(Outcome.OK)
        if time.monotonic() > deadline:
            raise StepError("after %g s %s" % (asked.timeout_s, ", ".join(missing)))
        machine.heed_stop()
        time.sleep(PAUSE_S)


def _missing(session: Session, asked: Wait) -> Iterator[str]:
    """What is not yet as it is waited for."""
    if asked.port and _answers(asked.address, asked.port) is asked.gone:
        yield "%s port %d %s" % (
            asked.address,
            asked.port,
            "still answers" if asked.gone else "does not answer",
        )
    if asked.path:
        there = _has(session.machine.path(asked.path), asked.text)
        if there is asked.gone:
            what = "%s with %r" % (asked.path, asked.text) if asked.text else asked.path
            yield "%s %s" % (what, "is still there" if asked.gone else "is not there")
    if asked.url and _is_served(asked.url) is asked.gone:
        yield "%s %s" % (asked.url, "is still served" if asked.gone else "is not served")


def _answers(address: str, port: int) -> bool:
    try:
        socket.create_connection((address, port), PATIENCE_S).close()
    except OSError:
        return False
    return True


def _has(path: str, text: str) -> bool:
    if not text:
        return os.path.lexists(path)
    try:
        with reading(path, errors="replace") as file:
            return any(re.search(text, line) for line in file)
    except OSError:
        return False


def _is_served(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=PATIENCE_S).close()  # noqa: S310  # nosec B310  it is looked at
    except (urllib.error.URLError, OSError, ValueError):
        return False
    return True
