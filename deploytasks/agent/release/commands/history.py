"""Who did what to the app."""

from __future__ import annotations

from deploytasks.agent.engine.events import Answer, Ended, Outcome
from deploytasks.agent.release.history import recall
from deploytasks.agent.release.session import Session


def history(session: Session) -> Ended:
    """All lines of the app's history, newest first."""
    session.outlet.say(Answer(list(reversed(recall(session.machine, session.require_app())))))
    return Ended(Outcome.OK)
