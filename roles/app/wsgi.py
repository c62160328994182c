"""What a WSGI server imports that no web server stands in front of: the app, deaf to what strangers say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.plan import Phase, Step
from deploytasks.planning.template import Templates
from deploytasks.resources import Directory, File
from deploytasks.roles.app import strangers
from deploytasks.roles.app.asgi import MODULE

if TYPE_CHECKING:
    from deploytasks.inventory import Host
    from deploytasks.planning.deployment import Place

template = Templates(beside=__file__)


def served(host: Host) -> str:
    """What the server calls, ``module:name``: that of the module where nobody stands between it and people."""
    return (
        f"{MODULE}:app"
        if deployment_of(host).is_reached_directly
        else str(deployment_of(host).project.callable)
    )


def wsgi_directory(place: Place) -> str:
    """The directory that the server has to search for ``MODULE``; nothing else is in it."""
    return f"{place.path}/wsgi"


def wsgi_module(host: Host) -> Iterator[Step]:
    """The module. Its ``app`` drops the header fields that a proxy would write: there is none, so a client did."""
    deployment = deployment_of(host)
    release, project = deployment.release, deployment.project
    text = template(
        "wsgi.py.j2", ref=project.callable, forwarded=strangers.FORWARDED, others=strangers.others()
    )
    place = f"{release.path}/wsgi"
    yield Step("make the directory of the module", Directory(place), phase=Phase.PREPARE)
    yield Step("write the module to serve", File(f"{place}/{MODULE}.py", text), phase=Phase.PREPARE)
