"""What a WSGI server imports: a module of the release with the app, which is told who asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from deploytasks import resources
from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.limits import limits_of
from deploytasks.planning.plan import Phase, Step
from deploytasks.planning.template import Templates
from deploytasks.roles.app.asgi import MODULE
from deploytasks.roles.app.bodies import body_module
from deploytasks.roles.app.proxies import proxies_of, visitor_module

if TYPE_CHECKING:
    from deploytasks.agent.release.layout import Release
    from deploytasks.inventory import Host
    from deploytasks.planning.parts import Place

template = Templates(beside=__file__)

SERVED = f"{MODULE}:app"
"""What the server calls, ``module:name``."""


def wsgi_directory(place: Place | Release) -> str:
    """The directory that the server has to search for ``MODULE``; nothing else is in it but what that imports."""
    return f"{place.path}/wsgi"


def wsgi_module(host: Host) -> Iterator[Step]:
    """The module. Its ``app`` knows who asks, and nothing that a client says of itself."""
    deployment = deployment_of(host)
    text = template(
        "wsgi.py.j2",
        ref=deployment.project.callable,
        proxies=proxies_of(host),
        body_bytes=limits_of(deployment).body_bytes,
    )
    place = wsgi_directory(deployment.release)
    yield Step("make the directory of the module", resources.Directory(place), phase=Phase.PREPARE)
    yield Step("write the module to serve", resources.File(f"{place}/{MODULE}.py", text), phase=Phase.PREPARE)
    yield visitor_module(place)
    yield body_module(place)
