"""Start, stop and restart the serving release's processes."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, List, Mapping, Sequence

from deploytasks.agent.engine.events import Ended, Outcome, StepDone
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
from deploytasks.agent.release.runtime.runtime import Runtime
from deploytasks.agent.release.session import Session


def processes(session: Session) -> Ended:
    """Start, stop or restart a process of the release that serves, or all of them."""
    asked = session.asked(Processes)
    act, process = asked.act, asked.process
    session.require_own()
    session.require_release()  # before the lock, which would leave its directory where there is no such app
    with session.lock():
        release = session.require_release()
        session.keep_secret(release)
        units = _units(session, release, process)
        about = {**session.about, "release": release.name, **({"process": process} if process else {})}
        try:
            changed = ACTS[act](session.runtime, units)
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


def _units(session: Session, release: Release, process: str) -> List[str]:
    """What is to be started, in this order; a socket goes before its service."""
    listed = lasting(processes_of(session.machine, release))
    chosen = [require_process(listed, process)] if process else list(listed)
    return [unit for name in chosen for unit in _units_of(session, release, name, listed[name])]


def _units_of(session: Session, release: Release, name: str, about: Mapping[str, Any]) -> List[str]:
    if name == WEB:
        sockets = [release.socket_unit] if session.runtime.state(release.socket_unit).defined else []
        return [*sockets, release.service_unit]
    if "schedule" in about:
        return [release.app.timer(name)]
    return Wanted(release, ((name, about["workers"]),)).services(session.machine)


def _start(runtime: Runtime, units: Sequence[str]) -> bool:
    stopped = [unit for unit in units if not runtime.state(unit).runs]
    runtime.start(stopped)
    return bool(stopped)


def _stop(runtime: Runtime, units: Sequence[str]) -> bool:
    up = [unit for unit in units if runtime.state(unit).is_there]
    runtime.stop(up)
    return bool(up)


def _restart(runtime: Runtime, units: Sequence[str]) -> bool:
    """All at once, as each may take its time for the work at hand; a socket stays, connections wait there."""
    sockets = [unit for unit in units if unit.endswith(".socket")]
    others = [unit for unit in units if unit not in sockets]
    _start(runtime, sockets)
    with suppress(StepError):  # Who has not started is judged by a start alone.
        runtime.restart(others)
    _start(runtime, others)
    return bool(units)


STARTING = ("start", "restart")
"""What is done when the app answers."""
ACTS = {"start": _start, "stop": _stop, "restart": _restart}
