"""How many of a process there are: told, or changed now and for what is deployed later."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional

from deploytasks.agent.engine.events import Answer, Ended, Outcome, StepDone
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.errors import StepError
from deploytasks.agent.release.commands.answering import require_answer
from deploytasks.agent.release.commands.carry_out import with_releases
from deploytasks.agent.release.history import remember
from deploytasks.agent.release.layout import Release
from deploytasks.agent.release.questions import Scale
from deploytasks.agent.release.runtime.process_units import (
    ALONE,
    WEB,
    Wanted,
    enabled,
    process_of,
    processes_of,
    require_process,
    running,
)
from deploytasks.agent.release.scale import by_hand, set_by_hand
from deploytasks.agent.release.session import Session

DEFAULT = "default"


def scale(session: Session) -> Ended:
    """Tell the numbers, or give a process the number that is asked for."""
    session.require_own()
    release = session.require_release()
    if not session.asked(Scale).workers:
        session.outlet.say(Answer(_numbers(session, release)))
        return Ended(Outcome.OK)
    with session.lock():
        session.machine.stoppable = False
        return _scale(session, release)


def _scale(session: Session, release: Release) -> Ended:
    machine, app, asked = session.machine, release.app, session.asked(Scale)
    session.keep_secret(release)
    listed = processes_of(machine, release)
    process = require_process(listed, asked.process or WEB)
    number = _number(process, listed[process], asked.workers)
    about = {**session.about, "release": release.name, "process": process, "workers": number}
    before = _numbers(session, release)
    try:
        _set(session, release, process, number, listed[process]["workers"])
        if process == WEB:
            _require_answer(machine, release, number)
    except StepError as error:
        remember(machine, app, {**about, "outcome": "failed", "error": session.outlet.mask(error.reason)})
        raise
    changed = _numbers(session, release) != before
    if changed:
        remember(machine, app, {**about, "outcome": "changed"})
    outcome = Outcome.CHANGED if changed else Outcome.OK
    session.outlet.say(StepDone("app", "scale %s to %d" % (process, number), outcome))
    return with_releases(session, Ended(outcome, ok=int(not changed), changed=int(changed)))


def _require_answer(machine: Machine, release: Release, number: int) -> None:
    try:
        require_answer(machine, release)
    except StepError as error:
        told = "%s; web has %d workers from now on all the same" % (error.reason, number)
        raise StepError(told, error.output) from error


def _number(process: str, about: Mapping[str, Any], wanted: str) -> int:
    """The number that *wanted* means; ``StepError`` tells why *process* cannot have it."""
    if process == WEB and about.get("workers") is None:
        raise StepError(
            "%s does not change its number of workers while it runs here; set its variables in the inventory and deploy"
            % about.get("server", "the server")
        )
    if about.get("workers") is None:
        raise StepError("%s runs when it is due; it has no number" % process)
    number = int(about["workers"]) if wanted == DEFAULT else int(wanted)
    if process == WEB and number < 1:
        raise StepError("web wants at least 1 worker; inv stop --process web ends it")
    if process in ALONE and number > 1:
        raise StepError("%s runs once: a second one would do everything twice" % process)
    return number


def _set(session: Session, release: Release, process: str, number: int, usual: int) -> None:
    """*process* has *number* now and from now on; what was is put back when that does not work."""
    machine = session.machine
    before = by_hand(machine, release.app)
    after = {**before, process: number}
    if number == usual:
        del after[process]
    then = before.get(process, usual)
    set_by_hand(machine, release.app, after)
    try:
        _converge(session, release, process, number, then)
    except StepError:
        set_by_hand(machine, release.app, before)
        _converge(session, release, process, then, number)
        raise


def _converge(session: Session, release: Release, process: str, number: int, then: int) -> None:
    """*process*, of which there should be *then*, becomes *number*."""
    if process == WEB:
        _converge_web(session, release, number, then)
        return
    app, machine, runtime = release.app, session.machine, session.runtime
    wanted = frozenset(Wanted(release, ((process, number),)).services(machine))
    up = frozenset(unit for unit in running(machine, app) if process_of(app, unit) == process)
    at_boot = frozenset(unit for unit in enabled(machine, app) if process_of(app, unit) == process)
    runtime.stop(sorted(up - wanted))
    runtime.start(sorted(wanted - up))
    runtime.start_at_boot(sorted(wanted - at_boot))
    runtime.start_at_boot(sorted(at_boot - wanted), enabled=False)


def _converge_web(session: Session, release: Release, number: int, then: int) -> None:
    if not session.runtime.state(release.service_unit).runs:
        session.machine.say("web does not run; it will have %d workers when it is started" % number)
        return
    left = session.runtime.scale(release.service_unit, number, then)
    if left:
        session.machine.say("%d workers still finish their requests" % left)


def _numbers(session: Session, release: Release) -> Dict[str, Dict[str, Optional[int]]]:
    """Of each process that can be scaled: how many there are, and what hand and inventory say."""
    hand = by_hand(session.machine, release.app)
    return {
        name: {
            "running": _running(session, release, name),
            "by_hand": hand.get(name),
            "inventory": about["workers"],
        }
        for name, about in processes_of(session.machine, release).items()
        if about.get("workers") is not None
    }


def _running(session: Session, release: Release, process: str) -> int:
    if process == WEB:
        return len(session.runtime.workers(session.runtime.state(release.service_unit)))
    return sum(process_of(release.app, unit) == process for unit in running(session.machine, release.app))
