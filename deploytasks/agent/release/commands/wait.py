"""Wait until something of a host is so."""

from __future__ import annotations

from deploytasks.agent.engine.events import Ended, Outcome
from deploytasks.agent.engine.resource import Change
from deploytasks.agent.programs.wait_for import WaitFor
from deploytasks.agent.release.questions import Wait
from deploytasks.agent.release.session import Session


def wait(session: Session) -> Ended:
    """Look again and again until all that is asked is so; raises ``StepError`` with what is missing in the end."""
    awaited = WaitFor(**vars(session.asked(Wait)))
    awaited.apply(session.machine, Change(None, awaited.desired()))
    return Ended(Outcome.OK)
