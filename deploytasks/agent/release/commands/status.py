"""What serves, since when, how it feels, and what the last run did; asks nobody to wait."""

from __future__ import annotations

import os
import time
from itertools import takewhile
from typing import Any, Dict, Iterator, List, Optional

from deploytasks.agent.disk.size import megabytes_of
from deploytasks.agent.engine.engine import OWED, lasting_debts
from deploytasks.agent.engine.events import Answer, Ended, Outcome
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.plan import Plan
from deploytasks.agent.errors import FAILURES, StepError, reason_of
from deploytasks.agent.python import CACHE
from deploytasks.agent.python.prospect import prospect_of
from deploytasks.agent.release.commands.answering import environment_in, question_in, visit_in
from deploytasks.agent.release.history import recall
from deploytasks.agent.release.layout import App, Release
from deploytasks.agent.release.recorded import recorded_plan
from deploytasks.agent.release.releases import current_release, previous_release
from deploytasks.agent.release.runtime.process_units import WEB, Wanted, lasting, processes_of
from deploytasks.agent.release.runtime.runtime import Runtime
from deploytasks.agent.release.session import Session
from deploytasks.agent.services.service import Service
from deploytasks.agent.web.nginx_page import page_of

CHANGED = Outcome.CHANGED.value


def status(session: Session) -> Ended:
    """What serves, since when, how it feels, and what the last run did."""
    machine, app = session.machine, session.require_app()
    current = current_release(machine, app)
    past = recall(machine, app)
    plan = _plan(machine, app.release(current)) if current else None
    if current:
        session.keep_secret(app.release(current))
    at_work = session.lock_file.at_work
    answer = {
        "release": current,
        "since": _since(past, current),
        "previous": previous_release(machine, app),
        "processes": list(_processes(session, app.release(current))) if current else [],
        "health": _health(machine, plan) if plan else None,
        "last_deploy": _last(past),
        "disk_mb": _disk(machine, app),
        "at_work": at_work or None,
        "drift": (None if at_work else _hints(session, plan)) or None,
        "error": None if current else "nothing of %s is deployed here" % app.name,
    }
    session.outlet.say(Answer(answer))
    return Ended(Outcome.OK)


def _disk(machine: Machine, app: App) -> Dict[str, int]:
    """What may be had anew takes on the disk (MB); what people have put there may be too much to look at."""
    places = {"releases": app.releases, "environments": app.venvs, "package_cache": CACHE}
    return dict(zip(places, megabytes_of([machine.path(path) for path in places.values()])))


def _since(past: List[Dict[str, Any]], current: Optional[str]) -> Optional[str]:
    """When *current* came to serve; later deploys have put something right at most."""
    deploys = (entry for entry in reversed(past) if _is_deploy(entry) and entry.get("release"))
    changes = (entry for entry in deploys if entry["outcome"] == CHANGED)
    of_current = list(takewhile(lambda entry: entry.get("release") == current, changes))
    return str(of_current[-1]["time"]) if of_current else None


def _processes(session: Session, release: Release) -> Iterator[Dict[str, Any]]:
    """Web, as many of each other process as there should be, and the timers of those with schedules."""
    machine, runtime = session.machine, session.runtime
    yield _service(runtime, WEB, release.service_unit)
    for name, about in lasting(processes_of(machine, release)).items():
        if "schedule" in about:
            yield _timer(runtime, name, release, about["schedule"])
        elif name != WEB:
            for unit in Wanted(release, ((name, about["workers"]),)).services(machine):
                yield _service(runtime, name, unit)


def _service(runtime: Runtime, name: str, unit: str) -> Dict[str, Any]:
    state = runtime.state(unit)
    return {
        "name": name,
        "unit": unit,
        "state": state.word,
        "pid": state.pid or None,
        "since": _moment(state.since_s),
        "restarts": state.restarts,
        "workers": len(runtime.workers(state)),
    }


def _timer(runtime: Runtime, name: str, release: Release, schedule: str) -> Dict[str, Any]:
    """The timer; *pid* is that of its job while one runs, *since* the start of its last one."""
    timer, job = release.app.timer(name), runtime.state(release.app.job(name))
    due = runtime.due(timer)
    return {
        "name": name,
        "unit": timer,
        "state": runtime.state(timer).word if job.result == "success" else "failed",
        "pid": job.pid or None,
        "since": due.last,
        "restarts": None,
        "workers": None,
        "schedule": schedule,
        "next": due.next,
    }


def _moment(monotonic_s: float) -> Optional[str]:
    """A reading of the monotonic clock as a time in UTC (RFC 3339); whole seconds."""
    if not monotonic_s:
        return None
    ago_s = time.monotonic() - monotonic_s
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - ago_s))


def _plan(machine: Machine, release: Release) -> Optional[Plan]:
    try:
        return recorded_plan(machine, release)
    except StepError:
        return None


def _health(machine: Machine, plan: Plan) -> Optional[Dict[str, Any]]:
    check = question_in(plan)
    if check is None:
        return None
    answer = (check.inspect(machine) or {}).get("answer", "unknown")
    visit = visit_in(plan)
    if answer == "ok" and visit:
        answer = visit.trouble(machine) or "ok"
    return {"ok": answer == "ok", "status": answer, "error": None if answer == "ok" else answer}


def _last(past: List[Dict[str, Any]]) -> Optional[Dict[str, Any]]:
    entry = next((entry for entry in reversed(past) if _is_deploy(entry)), None)
    if entry is None:
        return None
    return {
        "when": entry["time"],
        **{name: entry.get(name) for name in ("command", "outcome", "error")},
        "who": entry.get("by"),
    }


def _is_deploy(entry: Dict[str, Any]) -> bool:
    return entry.get("command") in ("deploy", "rollback")


def _hints(session: Session, plan: Optional[Plan]) -> str:
    """What people should know; while somebody is at work nothing fits together, and that is as it should be."""
    drift = _drift(session, session.require_app(), plan)
    return _cut_short(session) or "; ".join([*drift, *_owed(session)])


def _owed(session: Session) -> Iterator[str]:
    try:
        debts = lasting_debts(session.journal)
    except FAILURES as error:
        yield "the journal cannot be understood: %s; the next deploy tells what to do" % reason_of(error)
        return
    yield from ("%s: %s is %s; deploy again" % (debt.role, debt.name, OWED) for debt in debts)


def _cut_short(session: Session) -> Optional[str]:
    """A hint for people that the last run did not end."""
    if not session.journal.was_cut:
        return None
    command = (session.journal.begun or {}).get("command", "run")
    if session.journal.committed:
        return "the last %s was cut short after its release stood; the next deploy tidies up" % command
    return "the last %s was cut short; the next deploy puts it right" % command


def _drift(session: Session, app: App, plan: Optional[Plan]) -> Iterator[str]:
    """Hints for people: what keeps visitors from the app, or does not fit together, at first sight."""
    machine, runtime = session.machine, session.runtime
    if os.path.exists(machine.path(page_of(app.name))):
        yield "visitors see the maintenance page; inv maintenance --off takes it away"
    current = current_release(machine, app)
    if current and runtime.state(app.release(current).service_unit).word == "failed":
        yield (
            "the instance of %s has failed; inv verify tells what differs here, inv deploy puts it right"
            % current
        )
    found = [step.resource for step in (plan.steps if plan else ()) if isinstance(step.resource, Service)]
    for service in found:
        if service.running and not runtime.is_up(service.unit):
            yield "%s does not run; deploy again" % service.unit
    venv = environment_in(plan) if plan else None
    yield from filter(None, [_pointers(machine, app), prospect_of(machine, venv) if venv else None])


def _pointers(machine: Machine, app: App) -> Optional[str]:
    current = current_release(machine, app)
    try:
        socket = os.readlink(machine.path(app.current_socket))
    except OSError:
        return "%s is missing; deploy again" % app.current_socket if current else None
    if current and socket != os.path.basename(app.release(current).socket):
        return "%s leads to %s, but current is %s; deploy again" % (app.current_socket, socket, current)
    return None
