"""How the host differs from what its release has recorded; nothing is changed."""

from __future__ import annotations

from deploytasks.agent.engine.engine import Engine
from deploytasks.agent.engine.events import Ended
from deploytasks.agent.release.commands.carry_out import with_releases
from deploytasks.agent.release.drift import WithRecord
from deploytasks.agent.release.recorded import recorded_plan
from deploytasks.agent.release.sealed import hold_sealed
from deploytasks.agent.release.session import Session


def verify(session: Session) -> Ended:
    """Compare this machine with the plan of the release that is current; ``changed`` counts what differs."""
    release = session.require_release()
    who = session.lock_file.at_work
    if who:
        session.machine.say("at work here now: %s; what differs may be half of that" % who)
    session.keep_secret(release)
    hold_sealed(session.machine, release)
    session.machine.thorough = True
    engine = Engine(session.machine, session.journal, session.outlet.say, check=True)
    comparison = WithRecord(session.machine, release.app) if session.request.diff else None
    return with_releases(
        session, engine.carry_out(recorded_plan(session.machine, release), comparison=comparison)
    )
