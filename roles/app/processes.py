"""The steps for an app's processes besides web: their programs, their units, and who runs after whom."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from deploytasks.agent.release.runtime.process_units import WEB
from deploytasks.plan import Handler, Phase, Step
from deploytasks.resources import (
    Command,
    Directory,
    File,
    OnlyProcesses,
    Processes,
    ProcessesAtBoot,
    Service,
    Unit,
)
from deploytasks.roles.app.parts import known
from deploytasks.roles.app.process import Process
from deploytasks.template import Templates

if TYPE_CHECKING:
    from deploytasks.roles.app.parts import Parts

template = Templates(beside=__file__)

COLLECT = Process("collectstatic", "python manage.py collectstatic --noinput --verbosity 0")
"""What Django gathers static files with (django-admin collectstatic)."""


def prepare(parts: Parts) -> Iterator[Step]:
    """Their programs and units, and a list of all processes, in the release."""
    _, release, _, _ = known(parts.host)
    for process in parts.processes:
        if process.schedule:
            yield _check_schedule(process)
    if parts.release_process:
        yield _write_program(parts, parts.release_process)
    for process in parts.processes:
        yield _write_program(parts, process)
        if not process.schedule:
            unit = Unit(release.process_unit(process.name), parts.unit_of(process))
            yield Step(f"define the unit of {process.name}", unit, phase=Phase.PREPARE)
    listed = json.dumps(_listed(parts), indent=2) + "\n"
    yield Step("list the processes", File(release.processes, listed), phase=Phase.PREPARE)


def collect_static_files(parts: Parts) -> Iterator[Step]:
    """Django's static files, in a directory of the release that its code has a link to."""
    app, release, project, _ = known(parts.host)
    if project.collected:
        place = Directory(release.collected, owner=app.user, group=app.user)
        yield Step("make the directory of static files", place, phase=Phase.PREPARE)
        yield _write_program(parts, COLLECT)
        yield _run_once(parts, COLLECT, "collect the static files")


def run_release_command(parts: Parts) -> Iterator[Step]:
    """What is run once before a new release serves."""
    if parts.release_process:
        yield _run_once(parts, parts.release_process, "run the release command", of_fleet=True)


def hand_over(parts: Parts) -> Iterator[Step]:
    """The old release's processes end, the new one's start."""
    processes = Processes(**_of_release(parts), drain_s=parts.v.drain_timeout_s)
    yield Step("replace the processes", processes, phase=Phase.SWITCH)


def confirm(parts: Parts) -> Iterator[Step]:
    """The new release's processes start at boot; those with schedules start when they are due from now on."""
    app = known(parts.host)[0]
    at_boot = ProcessesAtBoot(**_of_release(parts))
    yield Step("start the processes at boot", at_boot, phase=Phase.CONFIRM)
    for process in _scheduled(parts):
        job, timer = app.job(process.name), app.timer(process.name)
        text = template("process.timer.j2", app=app, process=process)
        yield Step(f"define the job {process.name}", Unit(job, parts.unit_of(process)), phase=Phase.CONFIRM)
        yield Step(f"define the timer of {process.name}", Unit(timer, text), phase=Phase.CONFIRM)
        yield Step(f"start the timer of {process.name}", Service(timer), phase=Phase.CONFIRM)


def finish(parts: Parts) -> Iterator[Step]:
    """Units of processes and releases that are gone are gone, too."""
    app, release, _, _ = known(parts.host)
    jobs = [unit(process.name) for process in _scheduled(parts) for unit in (app.job, app.timer)]
    services = [release.process_unit(process.name) for process in parts.processes if not process.schedule]
    only = OnlyProcesses(app.name, app.root, app.user, tuple(sorted([*jobs, *services])))
    yield Step("remove the old processes' units", only, phase=Phase.FINISH)


def _check_schedule(process: Process) -> Step:
    argv = ("systemd-analyze", "calendar", "--", process.schedule)
    return Step(f"understand the schedule of {process.name}", Command(argv, unless=argv), phase=Phase.PREPARE)


def _write_program(parts: Parts, process: Process) -> Step:
    release = known(parts.host)[1]
    text = template("process.sh.j2", place=parts.place, command=shlex.quote(process.command))
    program = File(release.command(process.name), text, mode="0755")
    return Step(f"write the program of {process.name}", program, phase=Phase.PREPARE)


def _run_once(parts: Parts, process: Process, name: str, *, of_fleet: bool = False) -> Step:
    """Run when the release is new: a rollback finds the note of it, and runs nothing."""
    note = File(known(parts.host)[1].note_of(process.name), process.command + "\n")
    handler = Handler(name, parts.release_command(process.name), of_fleet=of_fleet)
    return Step(f"note that {process.name} is run", note, handler, Phase.START)


def _listed(parts: Parts) -> dict[str, dict[str, Any]]:
    web = {"server": parts.v.server, "workers": parts.workers}
    others = {process.name: _about(process) for process in parts.processes}
    return {WEB: web, **{process.name: {} for process in _run_at_deploys(parts)}, **others}


def _run_at_deploys(parts: Parts) -> list[Process]:
    collect = COLLECT if known(parts.host)[2].collected else None
    return [process for process in (collect, parts.release_process) if process]


def _about(process: Process) -> dict[str, Any]:
    return {"schedule": process.schedule} if process.schedule else {"workers": process.count}


def _scheduled(parts: Parts) -> list[Process]:
    return [process for process in parts.processes if process.schedule]


def _of_release(parts: Parts) -> dict[str, Any]:
    """The processes of the new release, by name and number."""
    app, release, _, _ = known(parts.host)
    counts = tuple((process.name, process.count) for process in parts.processes if not process.schedule)
    return {
        "app_name": app.name,
        "app_root": app.root,
        "app_user": app.user,
        "release": release.name,
        "counts": counts,
        "timers": tuple(process.name for process in _scheduled(parts)),
    }
