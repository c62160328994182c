"""Remove what no rollback needs: all releases but the current one and the one before, and what only they use."""

from __future__ import annotations

from dataclasses import replace
from typing import Iterable, Iterator

from deploytasks.agent.app.recorded import recorded_plan
from deploytasks.agent.commands.carry_out import carry_out, ready_engine
from deploytasks.agent.conversation.events import Ended
from deploytasks.agent.plan import Plan, Step
from deploytasks.agent.resources.copy_retention import CopyRetention
from deploytasks.agent.resources.image_retention import ImageRetention
from deploytasks.agent.resources.retention import Retention
from deploytasks.agent.session import Session

KEPT = 2


def prune(session: Session) -> Ended:
    """Carry out what the current release's plan says about old ones, but keep no more than a rollback needs."""
    session.require_own()
    with session.lock():
        engine = ready_engine(session)
        recorded = recorded_plan(session.machine, session.require_release())
        return carry_out(session, engine, Plan(tuple(_of_old_releases(recorded.steps))))


def _of_old_releases(steps: Iterable[Step]) -> Iterator[Step]:
    for step in steps:
        if isinstance(step.resource, Retention):
            yield replace(step, resource=replace(step.resource, keep=KEPT))
        elif isinstance(step.resource, (CopyRetention, ImageRetention)):
            yield step
