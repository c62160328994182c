"""What an ASGI server imports: a module of the release that finds the app and knows who asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from deploytasks import resources
from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.limits import limits_of
from deploytasks.planning.plan import Phase, Step
from deploytasks.planning.template import Templates
from deploytasks.roles.app.bodies import body_module
from deploytasks.roles.app.proxies import proxies_of, visitor_module

if TYPE_CHECKING:
    from deploytasks.inventory import Host
    from deploytasks.planning.parts import Place

template = Templates(beside=__file__)

MODULE = "deploytasks_app"
"""The module, whose ``app`` is what the server calls; no app of anybody has such a name."""
ADAPTER = "a2wsgi"
"""The package with which it serves a WSGI app."""

Interface = Literal["asgi", "wsgi"]


def interface_of(host: Host, wanted: Interface | None) -> str:
    """The app's interface: the one that is *wanted*, else the one that its source shows."""
    return wanted or deployment_of(host).project.callable.interface


def asgi_directory(place: Place) -> str:
    """The directory that the server has to search for ``MODULE``; nothing else is in it but what that imports."""
    return f"{place.path}/asgi"


def asgi_module(host: Host, interface: str, threads: int = 0, *, tells: bool = False) -> Iterator[Step]:
    """The module. A WSGI app is called in *threads* threads of each worker.

    It *tells* what an app raises when its answer is complete, as frameworks do that answer 500 first, for a server
    that keeps this for itself.

    Only the web server can connect to the socket, so the app is told whom and what the web server saw, and nothing
    that a client says of itself. Without a web server each connection ends after an answer, unless the release is
    seen to be current: none is lost in a switch.
    """
    deployment = deployment_of(host)
    app, release, project = deployment.app, deployment.release, deployment.project
    text = template(
        "asgi.py.j2",
        app=app,
        release=release,
        ref=project.callable,
        directory=deployment.directory,
        threads=threads if interface == "wsgi" else 0,
        tells=tells,
        behind_a_web_server=not deployment.is_reached_directly,
        proxies=proxies_of(host),
        body_bytes=limits_of(deployment).body_bytes,
    )
    place = f"{release.path}/asgi"
    yield Step("make the directory of the module", resources.Directory(place), phase=Phase.PREPARE)
    yield Step("write the module to serve", resources.File(f"{place}/{MODULE}.py", text), phase=Phase.PREPARE)
    yield visitor_module(place)
    if interface == "wsgi":
        yield body_module(place)
