"""Start, stop and restart the serving release's processes."""

from __future__ import annotations

from deploytasks.agent import systemd
from deploytasks.agent.app import Release
from deploytasks.agent.commands.carry_out import with_releases
from deploytasks.agent.events import Ended, Outcome, StepDone
from deploytasks.agent.history import remember
from deploytasks.agent.machine import Machine
from deploytasks.agent.releases import current_release
from deploytasks.agent.resource import StepError
from deploytasks.agent.resources.restart import Restart
from deploytasks.agent.session import Session


def processes(session: Session) -> Ended:
    """Do what ``act`` names (start, stop or restart) to the release that serves."""
    app = session.require_app()
    act: str = session.opening["act"]
    with session.lock():
        current = current_release(session.machine, app)
        if current is None:
            raise StepError("nothing of %s is deployed here; deploy first" % app.name)
        session.keep_secret(app.release(current))
        changed = _act(session.machine, app.release(current), act)
        if changed:
            remember(session.machine, app, {**session.about, "release": current, "outcome": "changed"})
    outcome = Outcome.CHANGED if changed else Outcome.OK
    session.outlet.say(StepDone("app", "%s %s" % (act, app.name), outcome))
    return with_releases(session, Ended(outcome, ok=int(not changed), changed=int(changed)))


def _act(machine: Machine, release: Release, act: str) -> bool:
    runs = systemd.is_active(machine, release.service_unit)
    if act == "start":
        systemd.start(machine, release.socket_unit)
        systemd.start(machine, release.service_unit)
        return not runs
    if act == "stop":
        systemd.stop(machine, [release.socket_unit, release.service_unit])
        return runs
    systemd.start(machine, release.socket_unit)
    Restart(release.service_unit).run(machine)
    return True
