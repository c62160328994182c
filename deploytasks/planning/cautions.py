"""What a person may have to think of before an app is deployed, as far as its source shows it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deploytasks.planning.project import Project


def cautions_of(project: Project, known: Collection[str], asked: str) -> tuple[str, ...]:
    """A line for each caution whose subject is not among those *known*; reads the Python files of *project*.

    Its site is *asked* for by that name.
    """
    from deploytasks.source.advice.cautions import cautions

    paths = project.source.paths
    found = cautions(
        project.source.directory,
        paths,
        project.requirements.names,
        project.callable.framework,
        project.collected,
    )
    said = tuple(str(caution) for caution in found if caution.subject not in known)
    return (*said, *_of_name(project, asked)) if "ALLOWED_HOSTS" not in known else said


def _of_name(project: Project, asked: str) -> Iterator[str]:
    from deploytasks.source.app.allowed_hosts import names_without

    names = names_without(project.source.directory, asked) if project.callable.framework == "django" else ()
    if names:
        told = f"ALLOWED_HOSTS has {', '.join(names)} alone, so the app refuses requests for {asked}"
        yield f"{told}: set nginx_server_name, or app_health_host, to a name of it"
