"""Tell that a host is there."""

from __future__ import annotations

import sys

from deploytasks.agent.engine.events import Answer, Ended, Outcome
from deploytasks.agent.host.describing import boot_of, os_release
from deploytasks.agent.release.session import Session


def ping(session: Session) -> Ended:
    """Say which system answers, and in which run of its kernel."""
    release = os_release(session.machine)
    system = " ".join(filter(None, (release.get("ID", "linux"), release.get("VERSION_ID", ""))))
    session.outlet.say(
        Answer({"system": system, "python": sys.version.split()[0], "boot": boot_of(session.machine)})
    )
    return Ended(Outcome.OK)
