"""hypercorn as the app's server: ASGI, and WSGI through an adapter.

hypercorn's own way to serve WSGI (as of 0.18) answers 500 where an app's body is empty, as after HEAD.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from deploytasks import resources
from deploytasks.errors import VariableError
from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.limits import HEADER_BYTES
from deploytasks.planning.parts import HTTP
from deploytasks.planning.plan import Phase, Step
from deploytasks.planning.template import Templates
from deploytasks.roles.app.asgi import (
    ADAPTER,
    MODULE,
    asgi_directory,
    asgi_module,
    interface_of,
)
from deploytasks.roles.app.instance import BACKLOG
from deploytasks.roles.hypercorn.settings import MANAGED, UNHEARD, Vars

if TYPE_CHECKING:
    from deploytasks.inventory import Host
    from deploytasks.planning.parts import Place

template = Templates(beside=__file__)

protocols = (HTTP,)
interfaces = ("asgi", "wsgi")
says_ready = False

managed = MANAGED
unheard = UNHEARD


def steps(host: Host, v: Vars) -> Iterator[Step]:
    """The module that hypercorn imports and its configuration, in the release: a rollback brings both back."""
    interface = interface_of(host, v.interface)
    if interface == "wsgi" and v.worker_class == "trio":
        ref = deployment_of(host).project.callable
        raise VariableError(
            f"{host.name}: hypercorn_worker_class=trio cannot serve {ref}, which is WSGI; "
            "use asyncio or uvloop"
        )
    yield from asgi_module(host, interface, v.threads)
    text = template("hypercorn.conf.py.j2", settings={**_own_settings(host), **_given_settings(host, v)})
    path = f"{deployment_of(host).release.path}/hypercorn.conf.py"
    yield Step("configure hypercorn", resources.File(path, text), phase=Phase.PREPARE)


def packages(host: Host, v: Vars) -> tuple[str, ...]:
    """What pip installs for it besides the app's own requirements."""
    extra = "" if v.worker_class == "asyncio" else f"[{v.worker_class}]"
    adapter = (ADAPTER,) if interface_of(host, v.interface) == "wsgi" else ()
    return v.packages or (f"hypercorn{extra}", *adapter)


def command(host: Host, v: Vars) -> tuple[str, ...]:
    """The command line of the web process."""
    del v
    place = deployment_of(host).place
    return (
        place.program("hypercorn"),
        "--config",
        f"file:{place.path}/hypercorn.conf.py",
        f"{asgi_directory(place)}/{MODULE}.py:app",
    )


def _own_settings(host: Host) -> dict[str, Any]:
    """The socket, a worker for each CPU, and the time that a worker's last requests may take."""
    deployment = deployment_of(host)
    return {
        **_socket(deployment.place),
        "workers": deployment.facts.cpus,
        "backlog": BACKLOG,
        "h11_max_incomplete_size": 2 * HEADER_BYTES,
        "graceful_timeout": deployment.v.drain_timeout_s,
    }


def _socket(place: Place) -> dict[str, Any]:
    return {"bind": f"unix:{place.socket}", "umask": 0} if place.fd is None else {"bind": f"fd://{place.fd}"}


def _given_settings(host: Host, v: Vars) -> dict[str, Any]:
    """What was set; a file of the app's source is found wherever the processes start."""
    given = v.settings()
    if v.logconfig:
        form, colon, path = v.logconfig.rpartition(":")
        given["logconfig"] = form + colon + posixpath.join(deployment_of(host).directory, path)
    return given
