"""Carrying out a plan for an app, and remembering in its history that it was done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, Optional

from deploytasks.agent.engine.engine import CUT_SHORT, Engine
from deploytasks.agent.engine.events import Ended, Outcome
from deploytasks.agent.engine.gate import Gate
from deploytasks.agent.engine.plan import Plan
from deploytasks.agent.errors import FAILURES, reason_of, what_failed
from deploytasks.agent.release.commands.answering import require_answer
from deploytasks.agent.release.history import remember
from deploytasks.agent.release.owner import apps_at
from deploytasks.agent.release.releases import current_release, previous_release, strangers
from deploytasks.agent.release.runtime.process_units import processes_of
from deploytasks.agent.release.scale import told_apart
from deploytasks.agent.release.session import Session

if TYPE_CHECKING:
    from deploytasks.agent.engine.comparison import Comparison


def carry_out(
    session: Session,
    engine: Engine,
    plan: Plan,
    gate: Optional[Gate] = None,
    comparison: Optional[Comparison] = None,
) -> Ended:
    """Converge to *plan*, as far as *gate* lets it; every run but a check leaves a line in the app's history.

    With a *comparison* a check tells how the release that is to come differs from the one that serves.
    """
    before = current_release(session.machine, session.app) if session.app else None
    engine.look_at(plan)
    stopped = _is_stopped(session, before)
    ended = with_releases(session, engine.carry_out(plan, session.about, gate, comparison))
    ended = _looked_after(session, ended.but(switched=ended.release != before), stopped)
    if not session.checks:
        _tell_scaled(session, plan)
        _tell_strangers(session)
        entry = {
            **session.about,
            "release": plan.release or None,
            "previous": before,
            "outcome": ended.outcome.value,
            "step": ended.step or None,
            "error": session.outlet.mask(ended.error),
            "elapsed_s": ended.elapsed_s,
        }
        _remember(session, entry)
    return ended


def _is_stopped(session: Session, name: Optional[str]) -> bool:
    """Whether the release *name* does not run because somebody has stopped it."""
    if session.app is None or name is None or session.checks:
        return True
    return session.runtime.state(session.app.release(name).service_unit).word == "inactive"


def _looked_after(session: Session, ended: Ended, stopped: bool) -> Ended:
    """*ended*, where a failed run that was put back has left an app that answers; else it tells why it does not.

    An app that somebody had *stopped* is as it was.
    """
    if stopped or ended.outcome is not Outcome.FAILED or not ended.put_back or session.checks:
        return ended
    if session.app is None or ended.release is None:
        return ended
    release = session.app.release(ended.release)
    try:
        require_answer(session.machine, release)
    except FAILURES as error:
        silent = "%s serves, and does not answer: %s" % (release.name, reason_of(error))
        return ended.but(put_back=False, error="%s\nwhat could not be put back: %s" % (ended.error, silent))
    return ended


def _tell_scaled(session: Session, plan: Plan) -> None:
    """Say which numbers of the new release do not count, as others were set by hand."""
    if session.app and plan.release:
        listed = processes_of(session.machine, session.app.release(plan.release))
        for line in told_apart(session.machine, session.app, listed):
            session.machine.say(line)


def _tell_strangers(session: Session) -> None:
    """Say what lies among the releases and is none: nobody but who put it there takes it away."""
    for path in strangers(session.machine, session.app) if session.app else ():
        session.machine.say("%s is no release; it is let be" % path)


def ready_engine(session: Session) -> Engine:
    """The engine of *session*, which has finished with a run that was cut short, unless nothing may be changed."""
    engine = Engine(session.machine, session.journal, session.outlet.say, session.checks)
    if not session.checks:
        _recover(session, engine)
    return engine


def _recover(session: Session, engine: Engine) -> None:
    """That run, too, leaves a line in the history."""
    cut = session.journal.begun if session.journal.was_cut else None
    engine.recover()
    if cut:
        about = {name: cut.get(name) or None for name in ("command", "by", "source", "release")}
        outcome = (session.journal.ended or {}).get("outcome")
        entry = {**about, "previous": None, "outcome": outcome, "error": CUT_SHORT, "elapsed_s": None}
        _remember(session, entry)


def _remember(session: Session, entry: Dict[str, Any]) -> None:
    if session.app is None or session.app.name not in apps_at(session.machine, session.app):
        return  # It was refused: what lies there is of somebody else.
    try:
        remember(session.machine, session.app, entry)
    except OSError as error:
        session.machine.say("this %s is not in the history: %s" % (entry["command"], what_failed(error)))


def with_releases(session: Session, ended: Ended) -> Ended:
    """*ended*, telling which release serves now and which one a rollback would bring back."""
    if session.app is None:
        return ended
    machine, app = session.machine, session.app
    return ended.but(release=current_release(machine, app), previous=previous_release(machine, app))
