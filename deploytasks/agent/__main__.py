"""The agent's front door: one conversation over standard input and output."""

from __future__ import annotations

import os
import signal
import sys
import threading

from deploytasks.agent.blame import what_failed
from deploytasks.agent.channel import ControllerGone, Inlet, Outlet
from deploytasks.agent.commands import command
from deploytasks.agent.engine import CannotUndo
from deploytasks.agent.events import Ended, Outcome
from deploytasks.agent.lock import LockHeld
from deploytasks.agent.resource import StepError
from deploytasks.agent.session import Session

IN_MEMORY = "/proc/self/fd/"
"""So begins where the agent lies when the host had not kept it, see ``boot.py``."""


def converse(nonce: str, question: bytes, digest: str) -> int:
    """Answer the command in *question*; *nonce* opens what the controller reads. Returns the exit status, never 255.

    *digest* is that of the agent's sources.
    """
    os.umask(0o022)
    gone = threading.Event()
    for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: gone.set())
    outlet = Outlet(_claim_stdout(), nonce)
    ended = _answer(Inlet(0, gone.set, question), outlet, gone)
    outlet.say(ended)
    outlet.close()
    if ended.outcome in (Outcome.OK, Outcome.CHANGED):
        _keep_agent(digest)
    return 0


def _keep_agent(digest: str) -> None:
    if sys.path[0].startswith(IN_MEMORY):
        from deploytasks.agent.kept import keep_agent

        keep_agent(sys.path[0], digest)


def _answer(inlet: Inlet, outlet: Outlet, gone: threading.Event) -> Ended:
    try:
        session = Session.begin(inlet, outlet, gone, sys.argv[2] if len(sys.argv) > 2 else "")
        return command(session.opening["ask"])(session)
    except LockHeld as held:
        return Ended(Outcome.LOCKED, error=str(held))
    except ControllerGone as lost:
        return Ended(Outcome.FAILED, failed=1, error=str(lost))
    except StepError as error:
        whole = not isinstance(error, CannotUndo)
        return Ended(Outcome.FAILED, failed=1, error=error.reason, output=error.output, put_back=whole)
    except OSError as error:
        return Ended(Outcome.FAILED, failed=1, error=what_failed(error))
    except Exception as error:  # noqa: BLE001 - whatever it is, the controller has to hear of it
        import traceback

        return Ended(
            Outcome.FAILED,
            failed=1,
            error="the agent broke: %r" % error,
            output=traceback.format_exc(),
            put_back=False,
        )


def _claim_stdout() -> int:
    """A descriptor for events alone: what else writes to standard output goes to standard error."""
    events = os.dup(1)
    os.dup2(2, 1)
    return events
