"""Hosts with their apps and sources read: what is needed before the first one is contacted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from deploytasks.errors import ConfigError
from deploytasks.here import expanded
from deploytasks.inventory import Origin, check_key_files
from deploytasks.planning.heard import heard
from deploytasks.planning.plan import made_ready, with_app
from deploytasks.planning.project import Project
from deploytasks.planning.unclaimed import unclaimed
from deploytasks.report import Reading, unseen
from deploytasks.transport import require_ways

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from deploytasks.fleet.manner import RolesOf
    from deploytasks.inventory import Host


GIVEN = Origin("vars", None, "extra-vars")


def ready_hosts(
    hosts: Iterable[Host],
    roles: RolesOf,
    given: Mapping[str, Any],
    *,
    with_projects: bool = True,
    reading: Reading | None = None,
) -> list[Host]:
    """*hosts* with their apps and sources; nothing is contacted.

    Raises one ``ConfigError`` for all that is wrong. *reading* is told how far it is.
    """
    ready, problems = [], []
    chosen = [host.with_variables(given, GIVEN) if given else host for host in hosts]
    require_ways(chosen)
    check_key_files(chosen)
    reading = reading or unseen()
    read, build = cache(partial(Project.read, tell=reading.tell)), cache(_build)
    for host in chosen:
        try:
            ready.append(_ready(host, roles, read, build) if with_projects else with_app(host, roles(host)))
        except ConfigError as error:
            problems += [error]
        finally:
            reading.end()
    if problems:
        lines = dict.fromkeys(line for problem in problems for line in str(problem).splitlines())
        raise type(problems[0])("\n".join(lines))
    return ready


def _build(directory: Path, commands: tuple[str, ...]) -> tuple[str, ...]:
    from deploytasks.planning.build import build

    return build(directory, commands)


def _ready(
    host: Host,
    roles: RolesOf,
    read: Callable[..., Project],
    build: Callable[[Path, tuple[str, ...]], tuple[str, ...]],
) -> Host:
    told = heard(host)
    asked = roles(told)
    deployment = with_app(told, asked).deployment if "app_build" in told.variables else None
    built = build(expanded(deployment.v.source), deployment.v.build) if deployment else ()
    return made_ready(replace(told, notes=(*told.notes, *built, *unclaimed(told, asked))), asked, read)
