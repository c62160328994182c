"""The releases that lie on the host."""

from __future__ import annotations

from typing import Iterator, Set

from deploytasks.agent.engine.events import Answer, Ended, Outcome
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.release.history import recall
from deploytasks.agent.release.layout import App
from deploytasks.agent.release.releases import current_release, kept_releases, previous_release
from deploytasks.agent.release.session import Session


def releases(session: Session) -> Ended:
    """Newest first, with the marks ``current``, ``previous`` and ``bad``: one that was rolled back from."""
    machine, app = session.machine, session.require_app()
    answer = [
        {
            "name": release.name,
            "created": release.created,
            "by": release.by,
            "marks": list(_marks(machine, app, release.name)),
            "digest": release.digest,
            "source": release.source,
        }
        for release in reversed(kept_releases(machine, app))
    ]
    session.outlet.say(Answer(answer))
    return Ended(Outcome.OK)


def _marks(machine: Machine, app: App, name: str) -> Iterator[str]:
    if name == current_release(machine, app):
        yield "current"
        return
    if name == previous_release(machine, app):
        yield "previous"
    if name in _left_behind(machine, app):
        yield "bad"


def _left_behind(machine: Machine, app: App) -> Set[str]:
    back = (entry for entry in recall(machine, app) if entry.get("command") == "rollback")
    return {str(entry.get("previous")) for entry in back if entry.get("outcome") == Outcome.CHANGED.value}
