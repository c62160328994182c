"""What ``app_static`` names and nobody serves."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deploytasks.inventory import Host
    from deploytasks.planning.deployment import Deployment

NOWHERE = "app_static is not used: with app_web_server=none the app serves its files itself"


def unserved(host: Host) -> tuple[str, ...]:
    """A note of each of its places of which no file travels, or one for all where there is no web server."""
    deployment = host.deployment
    if deployment is None or not deployment.v.static:
        return ()
    return (NOWHERE,) if deployment.is_reached_directly else tuple(_empty(deployment))


def _empty(deployment: Deployment) -> Iterator[str]:
    project = deployment.project
    made = (project.collected, *deployment.v.shared)
    names = [os.fsdecode(entry.path) for entry in project.source.manifest]
    for url, path in deployment.v.static.items():
        place = path.strip("/")
        is_made = any(
            place == one.strip("/") or place.startswith(f"{one.strip('/')}/") for one in made if one
        )
        if not is_made and not any(name == place or name.startswith(f"{place}/") for name in names):
            yield f"app_static: no file of {place}, for {url}, travels: {_why(deployment, place)}"


def _why(deployment: Deployment, place: str) -> str:
    if (deployment.project.source.directory / place).exists():
        return f"git ignores it; write !/{place}/ into .deployignore"
    return "it is not there; app_build makes it, if something builds it"
