"""A command on a host that need have no app."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from contextlib import contextmanager, suppress
from typing import Iterator

from deploytasks.agent.accounts.accounts import Account, account
from deploytasks.agent.engine.events import Ended
from deploytasks.agent.errors import StepError
from deploytasks.agent.release.commands.run import ended_with, led
from deploytasks.agent.release.questions import Execute
from deploytasks.agent.release.runtime.execution import INNER
from deploytasks.agent.release.runtime.surroundings import COMMAND
from deploytasks.agent.release.session import Session

HURRY_S = 5.0
"""So long a command may take to end once it was told to."""


def execute(session: Session) -> Ended:
    """Run a command with /bin/sh as a user of this host, in that user's home, and say what it prints.

    Nobody else sees it in the list of processes. It is stopped when the controller goes, or when its time is over.
    """
    asked = session.asked(Execute)
    with _child(session, asked, _who(session, asked.user)) as child:
        late = threading.Event()
        _end_in_time(session, child, asked.timeout_s, late)
        status = led(session, child, verbatim=asked.verbatim)
    if late.is_set():
        raise StepError("the command did not end within %g s" % asked.timeout_s)
    return ended_with(status if status >= 0 else 128 - status)


def _who(session: Session, name: str) -> Account:
    """The user called *name*, or who logged in."""
    name = name or os.environ.get("SUDO_USER") or "root"
    found = account(session.machine, name)
    if found is None:
        raise StepError("there is no user %s here" % name)
    return found


@contextmanager
def _child(session: Session, asked: Execute, who: Account) -> "Iterator[subprocess.Popen[bytes]]":
    own = {
        "HOME": who.home,
        "USER": who.name,
        "LOGNAME": who.name,
        "SHELL": who.shell,
        COMMAND: asked.shell_command,
    }
    as_user = [] if who.uid == "0" else ["runuser", "-u", who.name, "--"]
    # The directory is entered as the user, who may see what root over NFS may not, and the reverse.
    home = 'cd "$HOME" 2>/dev/null || cd /; ' + INNER
    child = subprocess.Popen(
        [*as_user, "/bin/sh", "-c", home],
        stdin=subprocess.PIPE if asked.reads else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if asked.verbatim else subprocess.STDOUT,
        env={**session.machine.environment, **own},
        cwd="/",
        start_new_session=True,
    )
    try:
        yield child
    finally:
        _end(child)
        for stream in filter(None, (child.stdout, child.stderr)):
            stream.close()


def _end_in_time(
    session: Session, child: "subprocess.Popen[bytes]", timeout_s: float, late: threading.Event
) -> None:
    def watch() -> None:
        gone = session.machine.stop.wait(timeout_s or None)
        if child.poll() is None:
            if not gone:
                late.set()
            _end(child)

    threading.Thread(target=watch, daemon=True).start()


def _end(child: "subprocess.Popen[bytes]") -> None:
    """Have *child*, and all that it began, end."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if child.poll() is not None:
            return
        with suppress(ProcessLookupError):
            os.killpg(child.pid, number)
        with suppress(subprocess.TimeoutExpired):
            child.wait(HURRY_S)
