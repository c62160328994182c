"""Carry out a plan on a release that serves."""

from __future__ import annotations

from deploytasks.agent.engine.events import Ended
from deploytasks.agent.release.commands.converge import converge
from deploytasks.agent.release.session import Session


def maintenance(session: Session) -> Ended:
    """As ``converge``; where no release serves, nothing is done, and no trace is left."""
    session.require_release()
    return converge(session)
