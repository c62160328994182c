"""The agent's front door: one conversation over standard input and output."""

from __future__ import annotations

import os
import signal
import sys
import threading

from deploytasks.agent.conversation.channel import Inlet, Outlet, Teller
from deploytasks.agent.engine.events import Ended, Outcome
from deploytasks.agent.errors import CannotUndo, ControllerGone, StepError, what_failed
from deploytasks.agent.release.commands import command, request_in
from deploytasks.agent.release.lock import LockHeld
from deploytasks.agent.release.session import Dismissed, Session

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
    ended = answer(Inlet(0, gone.set, question), outlet, gone, sys.argv[2] if len(sys.argv) > 2 else "")
    outlet.say(ended)
    outlet.close()
    if ended.outcome in (Outcome.OK, Outcome.CHANGED):
        _keep_agent(digest)
    return 0


def answer(inlet: Inlet, outlet: Teller, gone: threading.Event, ssh_connection: str) -> Ended:
    """Do what *inlet* asks, and tell it to *outlet*; how it ended, whatever went wrong."""
    try:
        request = request_in(inlet.object())
        session = Session.begin(request, inlet, outlet, gone, ssh_connection)
        return command(request.question.ask)(session)
    except LockHeld as held:
        return Ended(Outcome.LOCKED, error=str(held))
    except Dismissed as dismissed:
        return Ended(Outcome.OK, error=str(dismissed) or None)
    except StepError as error:
        whole = not isinstance(error, CannotUndo)
        return Ended(Outcome.FAILED, failed=1, error=error.reason, output=error.output, put_back=whole)
    except (ControllerGone, OSError) as error:
        why = what_failed(error) if isinstance(error, OSError) else str(error)
        return Ended(Outcome.FAILED, failed=1, error=why)
    except Exception as error:  # noqa: BLE001 - whatever it is, the controller has to hear of it
        import traceback

        return Ended(
            Outcome.FAILED,
            failed=1,
            error="the agent broke: %r" % error,
            output=traceback.format_exc(),
            put_back=False,
        )


def _keep_agent(digest: str) -> None:
    if sys.path[0].startswith(IN_MEMORY):
        from deploytasks.agent.release.kept import keep_agent

        keep_agent(sys.path[0], digest)


def _claim_stdout() -> int:
    """A descriptor for events alone: what else writes to standard output goes to standard error."""
    events = os.dup(1)
    os.dup2(2, 1)
    return events
