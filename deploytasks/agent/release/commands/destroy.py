"""Take everything of an app away."""

from __future__ import annotations

from deploytasks.agent.disk.entry import is_bare, remove_entry, remove_whole
from deploytasks.agent.engine.events import Ended, Outcome
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.release.commands.carry_out import carry_out, ready_engine
from deploytasks.agent.release.commands.converge import receive_order
from deploytasks.agent.release.layout import App
from deploytasks.agent.release.owner import apps_at, owner_of
from deploytasks.agent.release.questions import Destroy
from deploytasks.agent.release.session import Session
from deploytasks.agent.release.stock import clear_stock
from deploytasks.agent.release.unused_pythons import unused_pythons


def destroy(session: Session) -> Ended:
    """Carry out the plan that takes the app away.

    What is somebody else's, and only called like it, is let be; where nothing of the app is, nothing is done.
    """
    if _is_unknown(session):
        receive_order(session)
        session.machine.say("nothing of %s is here" % session.require_app().name)
        return Ended(Outcome.OK)
    session.require_own()
    with session.lock():
        engine = ready_engine(session)
        plan, _ = receive_order(session)
        ended = carry_out(session, engine, plan)
        if not session.checks and ended.outcome is not Outcome.FAILED:
            _leave_behind(session)
        return ended


def _is_unknown(session: Session) -> bool:
    app = session.require_app()
    return owner_of(session.machine, app) is None and not apps_at(session.machine, app)


def _leave_behind(session: Session) -> None:
    """What only this app needed of what apps share goes with it, and what is remembered of it if that is asked for."""
    for path in unused_pythons(session.machine):
        remove_whole(session.machine.path(path))
    if session.asked(Destroy).purge:
        _forget(session.machine, session.require_app())


def _forget(machine: Machine, app: App) -> None:
    remove_entry(machine.path(app.history))
    if is_bare(machine.path(app.root)):
        remove_entry(machine.path(app.root))
    remove_whole(machine.path(app.state))
    clear_stock(machine)
