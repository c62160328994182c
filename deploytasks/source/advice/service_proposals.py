"""What to propose for the services and processes that an app has beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from deploytasks.source.advice.proposal import Proposal
from deploytasks.source.advice.service_names import DRIVERS, postgres_names, redis_names
from deploytasks.source.processes.compose_services import Beside

NEEDS_REDIS = {"rq", "django-rq", "flask-rq", "flask-rq2", "arq"}
MAY_HAVE = {
    **dict.fromkeys(DRIVERS, "postgres"),
    "redis": "redis",
    "django-redis": "redis",
    "flask-redis": "redis",
}
"""A package, and the service whose client it is."""
MIGRATIONS = (
    ("migrations/alembic.ini", "flask db upgrade", "flask-migrate"),
    ("alembic.ini", "alembic upgrade head", "alembic"),
    ("manage.py", "python manage.py migrate --noinput", "django"),
    ("src/manage.py", "python src/manage.py migrate --noinput", "django"),
)
"""A file, what brings the database up to date where it is there, and the package whose command that is."""


def services(beside: Beside, names: frozenset[str], environment: Mapping[str, str]) -> Iterator[Proposal]:
    """Servers of data for an app that requires the packages *names* and has that *environment* elsewhere."""
    if beside.others:
        others = ", ".join(f"{name} ({image})" for name, image in beside.others.items())
        told = (
            f"{beside.file} has {others} beside the app, which no service here is; of one that runs elsewhere"
        )
        yield Proposal(f"{told} the app hears by", "app_env={}", is_asked=True)
    if beside.services:
        told = f"{beside.file} has them beside the app; on the host itself"
        yield Proposal(told, f"app_services={json.dumps([*beside.services])}")
        yield from _names(beside.services, names, {**environment, **beside.environment})
    elif names & NEEDS_REDIS:
        yield Proposal(f"{min(names & NEEDS_REDIS)} keeps its jobs in Redis", 'app_services=["redis"]')
    elif found := {MAY_HAVE[name]: name for name in MAY_HAVE if name in names}:
        told = f"{', '.join(found.values())} is required; to have its server on the host"
        yield Proposal(told, f"app_services={json.dumps([*found])}", is_asked=True)


def _names(
    services: tuple[str, ...], names: frozenset[str], environment: Mapping[str, str]
) -> Iterator[Proposal]:
    told = {"postgres": postgres_names(environment, names), "redis": redis_names(environment)}
    for service in services:
        if told[service]:
            line = f"{service}_env={json.dumps(told[service])}"
            yield Proposal(f"by which variables the app hears of {service}", line)


def processes(
    root: Path, names: frozenset[str], beside: Beside, procfile: Mapping[str, str]
) -> Iterator[Proposal]:
    """What else runs of the app, but for what its *procfile* names."""
    if procfile.keys() - {"web", "release"}:
        beside = Beside()
    file, release = ("", "") if "release" in procfile else _migration(root, names)
    found = {**({"release": release} if release else {}), **beside.workers}
    why = [f"{file} is there: run before each release serves"] if release else []
    why += [f"{', '.join(beside.workers)} as in {beside.file}"] if beside.workers else []
    if found:
        yield Proposal("; ".join(why), f"app_processes={json.dumps(found)}")


def _migration(root: Path, names: frozenset[str]) -> tuple[str, str]:
    """A file, and the command that brings the database up to date where it is there."""
    found = (
        (file, line) for file, line, package in MIGRATIONS if package in names and (root / file).is_file()
    )
    return next(found, ("", ""))
