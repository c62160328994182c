"""A command in the app's environment: its user, directory, virtual environment, variables and limits."""

from __future__ import annotations

import subprocess
import time

from deploytasks.agent.conversation.relay import Relay
from deploytasks.agent.engine.events import Ended, LogLine, Outcome
from deploytasks.agent.errors import StepError
from deploytasks.agent.release.questions import Run
from deploytasks.agent.release.session import Session


def run(session: Session) -> Ended:
    """Run a command with /bin/sh beside the release that serves, and say what it prints.

    It is restricted as the app's own processes are. What it prints may be data, so nothing of the app's own environment
    is masked in it. It is stopped when the controller goes.
    """
    session.require_own()
    release, asked = session.require_release(), session.asked(Run)
    session.keep_secrets_of_services(release.app)
    with session.runtime.execute(
        release,
        asked.shell_command,
        stdin=subprocess.PIPE if asked.reads else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if asked.verbatim else subprocess.STDOUT,
    ) as child:
        return ended_with(led(session, child, verbatim=asked.verbatim))


def led(session: Session, child: "subprocess.Popen[bytes]", *, verbatim: bool) -> int:
    """The exit status of *child*, once its streams have been led through the conversation to their end."""
    relay = Relay(session.inlet, session.outlet)
    relay.give(child)
    if verbatim:
        relay.print(child)
    else:
        _print_lines(session, child)
    return child.wait()


def ended_with(status: int) -> Ended:
    """How a run ends whose command did so with that exit *status*."""
    if status:
        return Ended(Outcome.FAILED, failed=1, error="the command ended with %d" % status, status=status)
    return Ended(Outcome.OK, status=0)


def _print_lines(session: Session, child: "subprocess.Popen[bytes]") -> None:
    for line in child.stdout or ():
        if not _is_text(line):
            raise StepError("it prints bytes that are no text; choose one host, without --json, to have them")
        session.outlet.say(LogLine("%.6f" % time.time(), "run", line.decode("utf-8").rstrip("\n")))


def _is_text(line: bytes) -> bool:
    try:
        return "\0" not in line.decode("utf-8")
    except UnicodeDecodeError:
        return False
