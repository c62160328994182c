"""Start a host anew."""

from __future__ import annotations

from deploytasks.agent.engine.events import Answer, Ended, Outcome
from deploytasks.agent.host.describing import boot_of
from deploytasks.agent.release.session import Session
from deploytasks.agent.services.system import reboot_soon


def reboot(session: Session) -> Ended:
    """Have the host start anew, and say which start the present one was."""
    reboot_soon(session.machine)
    session.outlet.say(Answer({"boot": boot_of(session.machine)}))
    return Ended(Outcome.CHANGED, changed=1)
