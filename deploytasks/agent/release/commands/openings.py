"""The ports that are open for a time."""

from __future__ import annotations

from deploytasks.agent.engine.events import Answer, Ended, Outcome
from deploytasks.agent.firewall.opening import openings as found
from deploytasks.agent.release.session import Session


def openings(session: Session) -> Ended:
    """What is open until when, by port."""
    answer = [
        {"port": opening.port, "protocol": opening.protocol, "from": opening.source, "until": opening.end}
        for opening in found(session.machine)
    ]
    session.outlet.say(Answer(answer))
    return Ended(Outcome.OK)
