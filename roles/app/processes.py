"""The steps for an app's processes besides web: their programs, their units, and who runs after whom."""

from __future__ import annotations

import json
import posixpath
import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from deploytasks import resources
from deploytasks.agent.regex import regex
from deploytasks.agent.release.runtime.process_units import RELEASE, WEB
from deploytasks.errors import VariableError
from deploytasks.planning.plan import Handler, Phase, Step
from deploytasks.planning.template import Templates
from deploytasks.roles.app.process import Process, processes_of

if TYPE_CHECKING:
    from deploytasks.agent.engine.resource import Action
    from deploytasks.planning.deployment import Deployment

template = Templates(beside=__file__)

CELERYBEAT = "celerybeat-schedule"
"""Where Celery's beat remembers when it ran what; in its working directory, unless it is told another place."""
BEATS = regex(r"\bcelery\b(?!.*\s(-s|--schedule)\b).*\sbeat\b")

COLLECT = "collectstatic"
"""Django's command that gathers static files (django-admin collectstatic)."""


def besides_web(deployment: Deployment) -> tuple[Process, ...]:
    """The processes besides web, and but for the release command."""
    return tuple(process for name, process in _all(deployment).items() if name != RELEASE)


def release_process(deployment: Deployment) -> Process | None:
    """What is run once before a release serves."""
    return _all(deployment).get(RELEASE)


def prepare(deployment: Deployment) -> Iterator[Step]:
    """Their programs and units, and a list of all processes, in the release."""
    release = deployment.release
    for process in besides_web(deployment):
        if process.schedule:
            yield _check_schedule(process)
    at_release = release_process(deployment)
    if at_release:
        yield _write_program(deployment, at_release)
    for process in besides_web(deployment):
        yield _write_program(deployment, process)
        if not process.schedule:
            unit = resources.Unit(release.process_unit(process.name), _unit_of(deployment, process))
            yield Step(f"define the unit of {process.name}", unit, phase=Phase.PREPARE)
    listed = json.dumps(_listed(deployment), indent=2) + "\n"
    yield Step("list the release's processes", resources.File(release.processes, listed), phase=Phase.PREPARE)


def collect_static_files(deployment: Deployment) -> Iterator[Step]:
    """Django's static files, in a directory of the release that its code has a link to."""
    app, release, project = deployment.app, deployment.release, deployment.project
    if project.collected:
        place = resources.Directory(release.collected, owner=app.user, group=app.user)
        yield Step("make the directory of static files", place, phase=Phase.PREPARE)
        collect = _collect(deployment)
        yield _write_program(deployment, collect)
        yield _run_once(deployment, collect, "collect the static files")


def run_release_command(deployment: Deployment) -> Iterator[Step]:
    """What is run once before a new release serves."""
    at_release = release_process(deployment)
    if at_release:
        yield _run_once(deployment, at_release, "run the release command", of_fleet=True)


def hand_over(deployment: Deployment) -> Iterator[Step]:
    """The old release's processes end, the new one's start."""
    processes = resources.Processes(**_of_release(deployment), drain_s=deployment.v.drain_timeout_s)
    yield Step("replace the old release's processes", processes, phase=Phase.SWITCH)


def confirm(deployment: Deployment) -> Iterator[Step]:
    """The new release's processes start at boot; those with schedules start when they are due from now on."""
    app = deployment.app
    at_boot = resources.ProcessesAtBoot(**_of_release(deployment))
    yield Step("start the new release's processes at boot", at_boot, phase=Phase.CONFIRM)
    for process in _scheduled(deployment):
        job, timer = app.job(process.name), app.timer(process.name)
        text = template("process.timer.j2", app=app, process=process)
        yield Step(
            f"define the job {process.name}",
            resources.Unit(job, _unit_of(deployment, process)),
            phase=Phase.CONFIRM,
        )
        yield Step(f"define the timer of {process.name}", resources.Unit(timer, text), phase=Phase.CONFIRM)
        yield Step(f"start the timer of {process.name}", resources.Service(timer), phase=Phase.CONFIRM)


def finish(deployment: Deployment) -> Iterator[Step]:
    """Units of processes and releases that are gone are gone, too."""
    app, release = deployment.app, deployment.release
    jobs = [unit(process.name) for process in _scheduled(deployment) for unit in (app.job, app.timer)]
    services = [
        release.process_unit(process.name) for process in besides_web(deployment) if not process.schedule
    ]
    only = resources.OnlyProcesses(app.name, app.root, app.user, tuple(sorted([*jobs, *services])))
    yield Step("remove the old processes' units", only, phase=Phase.FINISH)


def _all(deployment: Deployment) -> dict[str, Process]:
    return processes_of(deployment.bare.name, deployment.project.processes, deployment.v.processes)


def _unit_of(deployment: Deployment, process: Process) -> str:
    """The systemd unit of *process*; raises ``VariableError`` when the runtime runs none but web."""
    runtime = deployment.runtime
    unit: str = _able(deployment, "process_unit")(deployment, process, deployment.vars_of(runtime))
    return unit


def _command_of(deployment: Deployment, program: str) -> Action:
    """Runs *program* of the release to its end; raises ``VariableError`` as ``_unit_of``."""
    runtime = deployment.runtime
    action: Action = _able(deployment, "release_command")(deployment, program, deployment.vars_of(runtime))
    return action


def _able(deployment: Deployment, name: str) -> Any:
    found = getattr(deployment.runtime, name, None)
    if found is None:
        processes = _all(deployment)
        raise VariableError(
            f"{deployment.bare.name}: app_runtime={deployment.name_of('runtime')} runs no process but web; switch off "
            f"{', '.join(processes)} with app_processes, such as app_processes={{{next(iter(processes))!r}: None}}"
        )
    return found


def _check_schedule(process: Process) -> Step:
    argv = ("systemd-analyze", "calendar", "--", process.schedule)
    return Step(
        f"check the schedule of {process.name}", resources.Command(argv, unless=argv), phase=Phase.PREPARE
    )


def _write_program(deployment: Deployment, process: Process) -> Step:
    release = deployment.release
    text = template(
        "process.sh.j2",
        place=deployment.place,
        own_programs=deployment.own_programs,
        command=shlex.quote(process.command),
        below=deployment.v.below,
        schedule=f"{deployment.app.home}/{CELERYBEAT}" if BEATS.search(process.command) else "",
    )
    program = resources.File(release.command(process.name), text, mode="0755")
    return Step(f"write the program of {process.name}", program, phase=Phase.PREPARE)


def _run_once(deployment: Deployment, process: Process, name: str, *, of_fleet: bool = False) -> Step:
    """Run when the release is new: a rollback finds the note of it, and runs nothing."""
    note = resources.File(deployment.release.note_of(process.name), process.command + "\n")
    handler = Handler(name, _command_of(deployment, process.name), of_fleet=of_fleet)
    return Step(f"note the run of the command {process.name}", note, handler, Phase.START)


def _listed(deployment: Deployment) -> dict[str, dict[str, Any]]:
    web = {"server": deployment.name_of("server"), "workers": deployment.workers}
    others = {process.name: _about(process) for process in besides_web(deployment)}
    return {WEB: web, **{process.name: {} for process in _run_at_deploys(deployment)}, **others}


def _run_at_deploys(deployment: Deployment) -> list[Process]:
    collect = [_collect(deployment)] if deployment.project.collected else []
    at_release = release_process(deployment)
    return [*collect, at_release] if at_release else collect


def _collect(deployment: Deployment) -> Process:
    """The command of its ``manage.py``, from where processes start."""
    manage = posixpath.relpath(deployment.project.manage, deployment.v.below or ".")
    return Process(COLLECT, f"python {manage} {COLLECT} --noinput --verbosity 0")


def _about(process: Process) -> dict[str, Any]:
    return {"schedule": process.schedule} if process.schedule else {"workers": process.count}


def _scheduled(deployment: Deployment) -> list[Process]:
    return [process for process in besides_web(deployment) if process.schedule]


def _of_release(deployment: Deployment) -> dict[str, Any]:
    """The processes of the new release, by name and number."""
    app, release = deployment.app, deployment.release
    counts = tuple(
        (process.name, process.count) for process in besides_web(deployment) if not process.schedule
    )
    return {
        "app_name": app.name,
        "app_root": app.root,
        "app_user": app.user,
        "release": release.name,
        "counts": counts,
        "timers": tuple(process.name for process in _scheduled(deployment)),
    }
