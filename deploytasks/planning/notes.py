"""What people are told of an app before it is deployed: what stays here, is not used, or is to be thought of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from deploytasks.planning.left_out import left_out
from deploytasks.planning.limits import contradictions
from deploytasks.planning.own_files import secrets_among

if TYPE_CHECKING:
    from deploytasks.inventory import Host
    from deploytasks.planning.project import Project

LARGE_BYTES = 50_000_000
"""A source with more is looked through for what a tool has made."""


def notes_of(host: Host, *, check: bool) -> Iterator[str]:
    """The notes on *host*'s app, each a line or more; a *check* looks into the app's Python files, too."""
    project = project_of(host)
    if project:
        yield from _staying_here(host, project)
        yield from project.told
        yield from _unserved(host)
        yield from _large(host, project)
    yield from host.notes
    yield from (wheel.note for wheel in (project.wheels if project else ()) if wheel.note)
    yield from left_out(host)
    yield from contradictions(host)
    yield from _strangers(host)
    if project and check:
        yield from _thoughts(host, project)


def _strangers(host: Host) -> Iterator[str]:
    if host.facts and host.deployment and host.deployment.known_project:
        from deploytasks.planning.socket_io import strangers_among_workers

        found = strangers_among_workers(host.deployment)
        yield from (f"{finding.found}: {finding.advice}" for finding in found)


def project_of(host: Host) -> Project | None:
    """What is in the source of *host*'s app, where that was looked at."""
    return host.deployment.known_project if host.deployment else None


def _staying_here(host: Host, project: Project) -> Iterator[str]:
    names = secrets_among(host, project.source.directory)
    if names:
        yield f"stays here, as this run reads it for itself: {', '.join(names)}"


def _unserved(host: Host) -> tuple[str, ...]:
    if "app_static" not in host.variables:
        return ()
    from deploytasks.planning.unserved import unserved

    return unserved(host)


def _large(host: Host, project: Project) -> tuple[str, ...]:
    if project.source.total_bytes <= LARGE_BYTES:
        return ()
    from deploytasks.source.advice.products import large_products

    return tuple(large_products(project.source, host.deployment.v.known if host.deployment else ()))


def _thoughts(host: Host, project: Project) -> tuple[str, ...]:
    from deploytasks.planning.cautions import cautions_of

    v, front = host.deployment.v, host.deployment.front
    return cautions_of(project, v.known, v.health_host or front.host)
