"""Sites of others whose place the app takes in one deploy: those that ``app_adopt`` names."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatch
from typing import TYPE_CHECKING

from deploytasks import resources
from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.plan import Step

if TYPE_CHECKING:
    from deploytasks.inventory import Host


def places_taken(host: Host, sites: str, own: str) -> Iterator[Step]:
    """The sites of a web server, files that fit *sites* (fnmatch), that give way to the app's *own*."""
    adopt = deployment_of(host).v.adopt
    for path in () if isinstance(adopt, bool) else adopt:
        if fnmatch(path, sites) and path != own:
            yield Step(f"take the place of {path}", resources.Absent(path))
