"""Remove what no rollback needs: all releases but the current and the previous one, what only they use, and caches."""

from __future__ import annotations

from dataclasses import replace
from typing import Iterable, Iterator

from deploytasks.agent.docker.absent_build_cache import AbsentBuildCache
from deploytasks.agent.engine.events import Ended
from deploytasks.agent.engine.plan import Plan, Step
from deploytasks.agent.python import CACHE
from deploytasks.agent.release.absent_files import AbsentFiles
from deploytasks.agent.release.commands.carry_out import carry_out, ready_engine
from deploytasks.agent.release.copy_retention import CopyRetention
from deploytasks.agent.release.image_retention import ImageRetention
from deploytasks.agent.release.recorded import recorded_plan
from deploytasks.agent.release.retention import Retention
from deploytasks.agent.release.session import Session

KEPT = 2


def prune(session: Session) -> Ended:
    """Carry out what the current release's plan says about old ones, but keep no more than a rollback needs."""
    session.require_own()
    with session.lock():
        engine = ready_engine(session)
        recorded = recorded_plan(session.machine, session.require_release())
        return carry_out(
            session, engine, Plan((*_of_old_releases(recorded.steps), *_of_caches(recorded.steps)))
        )


def _of_old_releases(steps: Iterable[Step]) -> Iterator[Step]:
    for step in steps:
        if isinstance(step.resource, Retention):
            yield replace(step, resource=replace(step.resource, keep=KEPT))
        elif isinstance(step.resource, (CopyRetention, ImageRetention)):
            yield step


def _of_caches(steps: Iterable[Step]) -> Iterator[Step]:
    """An engine's where it has images of the app."""
    if any(isinstance(step.resource, ImageRetention) for step in steps):
        yield Step("remove the cache of builds", AbsentBuildCache(), role="docker")
    yield Step("empty the package cache", AbsentFiles((CACHE + "/*",)), role="app")
