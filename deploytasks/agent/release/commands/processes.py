"""Start, stop and restart the serving release's processes."""

from __future__ import annotations

from typing import Any, List, Mapping, Sequence

from deploytasks.agent.engine.events import Ended, Outcome, StepDone
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.errors import StepError
from deploytasks.agent.release.commands.answering import require_answer
from deploytasks.agent.release.commands.carry_out import with_releases
from deploytasks.agent.release.history import remember
from deploytasks.agent.release.layout import Release
from deploytasks.agent.release.questions import Processes
from deploytasks.agent.release.runtime.process_units import (
    WEB,
    Wanted,
    lasting,
    processes_of,
    require_process,
)
from deploytasks.agent.release.session import Session
from deploytasks.agent.services import systemd


def processes(session: Session) -> Ended:
    """Start, stop or restart a process of the release that serves, or all of them."""
    asked = session.asked(Processes)
    act, process = asked.act, asked.process
    session.require_own()
    session.require_release()  # before the lock, which would leave its directory where there is no such app
    with session.lock():
        release = session.require_release()
        session.keep_secret(release)
        units = _units(session.machine, release, process)
        about = {**session.about, "release": release.name, **({"process": process} if process else {})}
        try:
            changed = ACTS[act](session.machine, units)
            if act in STARTING and release.service_unit in units:
                require_answer(session.machine, release)
        except StepError as error:
            failed = {"outcome": "failed", "error": session.outlet.mask(error.reason)}
            remember(session.machine, release.app, {**about, **failed})
            raise
        if changed:
            remember(session.machine, release.app, {**about, "outcome": "changed"})
    outcome = Outcome.CHANGED if changed else Outcome.OK
    session.outlet.say(StepDone("app", " ".join(filter(None, [act, release.app.name, process])), outcome))
    return with_releases(session, Ended(outcome, ok=int(not changed), changed=int(changed)))


def _units(machine: Machine, release: Release, process: str) -> List[str]:
    """What is to be started, in this order; a socket goes before its service."""
    listed = lasting(processes_of(machine, release))
    chosen = [require_process(listed, process)] if process else list(listed)
    return [unit for name in chosen for unit in _units_of(machine, release, name, listed[name])]


def _units_of(machine: Machine, release: Release, name: str, about: Mapping[str, Any]) -> List[str]:
    if name == WEB:
        sockets = [release.socket_unit] if systemd.is_defined(machine, release.socket_unit) else []
        return [*sockets, release.service_unit]
    if "schedule" in about:
        return [release.app.timer(name)]
    return Wanted(release, ((name, about["workers"]),)).services(machine)


def _start(machine: Machine, units: Sequence[str]) -> bool:
    stopped = [unit for unit in units if not systemd.is_active(machine, unit)]
    systemd.start(machine, stopped)
    return bool(stopped)


def _stop(machine: Machine, units: Sequence[str]) -> bool:
    up = [unit for unit in units if systemd.is_up(machine, unit)]
    systemd.stop(machine, up)
    return bool(up)


def _restart(machine: Machine, units: Sequence[str]) -> bool:
    """All at once, as each may take its time for the work at hand; a socket stays, connections wait there."""
    sockets = [unit for unit in units if unit.endswith(".socket")]
    others = [unit for unit in units if unit not in sockets]
    _start(machine, sockets)
    machine.ask(["systemctl", "restart", "--", *others], timeout_s=systemd.LONGEST_STOP_S)
    _start(machine, others)
    return bool(units)


STARTING = ("start", "restart")
"""What is done when the app answers."""
ACTS = {"start": _start, "stop": _stop, "restart": _restart}
