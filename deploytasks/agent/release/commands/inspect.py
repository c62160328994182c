"""Tell what a single resource is like on a host."""

from __future__ import annotations

from deploytasks.agent.conversation.understood import understood
from deploytasks.agent.engine.events import Answer, Ended, Outcome
from deploytasks.agent.engine.resource import Resource, rebuild
from deploytasks.agent.engine.shipped import import_shipped
from deploytasks.agent.release.questions import Inspect
from deploytasks.agent.release.session import Session


def inspect(session: Session) -> Ended:
    """Look at the resource, and say its state; nothing is changed."""
    resource = _resource(session.asked(Inspect))
    session.machine.units.look_at(resource.surveyed())
    session.outlet.say(Answer({"state": resource.inspect(session.machine)}))
    return Ended(Outcome.OK)


@understood()
def _resource(asked: Inspect) -> Resource:
    import_shipped(asked.modules)
    found: Resource = rebuild(asked.resource)
    return found
