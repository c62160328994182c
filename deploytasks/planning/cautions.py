"""What a person may have to think of before an app is deployed, as far as its source shows it."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deploytasks.planning.project import Project


def cautions_of(project: Project, known: Collection[str]) -> tuple[str, ...]:
    """A line for each caution whose subject is not among those *known*; reads the Python files of *project*."""
    from deploytasks.source.cautions import cautions

    paths = [entry.name for entry in project.source.manifest]
    found = cautions(
        project.source.directory,
        paths,
        project.requirements.names,
        project.callable.framework,
        project.collected,
    )
    return tuple(str(caution) for caution in found if caution.subject not in known)
