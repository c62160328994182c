"""Tell what a host is like."""

from __future__ import annotations

from dataclasses import asdict

from deploytasks.agent.engine.events import Answer, Ended, Outcome
from deploytasks.agent.host.describing import description_of
from deploytasks.agent.release.session import Session


def describe(session: Session) -> Ended:
    """Look at everything that a person may want to know of a host, and say it."""
    session.outlet.say(Answer(asdict(description_of(session.machine))))
    return Ended(Outcome.OK)
