"""Carry out an earlier release's recorded plan again, from what lies on the host alone."""

from __future__ import annotations

from dataclasses import replace

from deploytasks.agent.engine.events import Ended, Outcome
from deploytasks.agent.engine.plan import Plan
from deploytasks.agent.errors import StepError
from deploytasks.agent.release.commands.carry_out import carry_out, ready_engine, with_releases
from deploytasks.agent.release.layout import App
from deploytasks.agent.release.questions import Rollback
from deploytasks.agent.release.recorded import recorded_plan
from deploytasks.agent.release.releases import current_release, kept_releases, previous_release
from deploytasks.agent.release.sealed import hold_sealed
from deploytasks.agent.release.session import Session


def rollback(session: Session) -> Ended:
    """Back to the release that is asked for, else to the one that served before the current one."""
    app = session.app
    if app is None:
        raise StepError("a rollback needs an app")
    session.require_own()
    with session.lock():
        engine = ready_engine(session)
        current = current_release(session.machine, app)
        target = _target(session, app, session.asked(Rollback).to)
        if target == current:
            session.machine.say("%s is serving already" % target)
            return with_releases(session, Ended(Outcome.OK))
        session.keep_secret(app.release(target))
        hold_sealed(session.machine, app.release(target))
        return carry_out(
            session, engine, _what_rolls_back(recorded_plan(session.machine, app.release(target)))
        )


def _what_rolls_back(plan: Plan) -> Plan:
    """*plan* without what has a life of its own: a certificate that was renewed since is not to be undone."""
    return replace(plan, steps=tuple(step for step in plan.steps if step.resource.rolls_back))


def _target(session: Session, app: App, wanted: str) -> str:
    if wanted:
        names = [release.name for release in kept_releases(session.machine, app)]
        if wanted not in names:
            raise StepError("there is no release %s; the host has: %s" % (wanted, ", ".join(names) or "none"))
        return wanted
    previous = previous_release(session.machine, app)
    if previous is None:
        raise StepError("there is no earlier release of %s to go back to; nothing was changed" % app.name)
    return previous
