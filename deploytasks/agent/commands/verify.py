"""How the host differs from what its release has recorded; nothing is changed."""

from __future__ import annotations

from deploytasks.agent.commands.carry_out import with_releases
from deploytasks.agent.engine import Engine
from deploytasks.agent.events import Ended
from deploytasks.agent.recorded import recorded_plan
from deploytasks.agent.sealed import hold_sealed
from deploytasks.agent.session import Session


def verify(session: Session) -> Ended:
    """Compare this machine with the plan of the release that is current; ``changed`` counts what differs."""
    release = session.require_release()
    session.keep_secret(release)
    hold_sealed(session.machine, release)
    engine = Engine(session.machine, session.journal, session.outlet.say, check=True)
    return with_releases(session, engine.carry_out(recorded_plan(session.machine, release)))
