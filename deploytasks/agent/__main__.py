"""The agent's front door: one conversation over standard input and output."""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback

from deploytasks.agent.blame import what_failed
from deploytasks.agent.channel import ControllerGone, Inlet, Outlet
from deploytasks.agent.commands import COMMANDS
from deploytasks.agent.engine import CannotUndo
from deploytasks.agent.events import Ended, Outcome
from deploytasks.agent.lock import LockHeld
from deploytasks.agent.resource import StepError
from deploytasks.agent.session import Session


def converse(nonce: str) -> int:
    """Answer one command; *nonce* opens what the controller reads. Returns the exit status, never 255."""
    os.umask(0o022)
    gone = threading.Event()
    for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: gone.set())
    outlet = Outlet(_claim_stdout(), nonce)
    ended = _answer(Inlet(0, gone.set), outlet, gone)
    outlet.say(ended)
    outlet.close()
    return 0


def _answer(inlet: Inlet, outlet: Outlet, gone: threading.Event) -> Ended:
    try:
        session = Session.begin(inlet, outlet, gone, sys.argv[2] if len(sys.argv) > 2 else "")
        return COMMANDS[session.opening["ask"]](session)
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
