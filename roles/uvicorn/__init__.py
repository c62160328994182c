"""uvicorn as the app's server: ASGI, and WSGI through an adapter."""

from __future__ import annotations

import math
import posixpath
from collections.abc import Iterator
from dataclasses import fields
from typing import TYPE_CHECKING

from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.parts import HTTP
from deploytasks.planning.plan import Step
from deploytasks.roles.app.asgi import (
    ADAPTER,
    MODULE,
    asgi_directory,
    asgi_module,
    interface_of,
)
from deploytasks.roles.app.instance import BACKLOG
from deploytasks.roles.uvicorn.settings import MANAGED, OURS, Vars, options

if TYPE_CHECKING:
    from deploytasks.inventory import Host
    from deploytasks.planning.parts import Place

protocols = (HTTP,)
interfaces = ("asgi", "wsgi")
says_ready = False

managed = MANAGED


def steps(host: Host, v: Vars) -> Iterator[Step]:
    """The module that uvicorn imports; its settings are on its command line, in the release as well."""
    yield from asgi_module(host, interface_of(host, v.interface), v.threads)


def packages(host: Host, v: Vars) -> tuple[str, ...]:
    """What pip installs for it besides the app's own requirements."""
    adapter = (ADAPTER,) if interface_of(host, v.interface) == "wsgi" else ()
    return v.packages or ("uvicorn[standard]", *adapter)


def command(host: Host, v: Vars) -> tuple[str, ...]:
    """The command line of the web process."""
    place = deployment_of(host).place
    return (
        place.program("uvicorn"),
        *_socket(place),
        *options(_settings(host, v)),
        *(word for field in v.header for word in ("--header", field)),
        "--no-proxy-headers",
        "--app-dir",
        asgi_directory(place),
        f"{MODULE}:app",
    )


def _socket(place: Place) -> tuple[str, str]:
    return ("--uds", place.socket) if place.fd is None else ("--fd", str(place.fd))


def _settings(host: Host, v: Vars) -> dict[str, object]:
    """What was set, and in its absence a worker for each CPU that ends with its last request."""
    given = {field.name: getattr(v, field.name) for field in fields(v) if field.name not in OURS}
    if v.backlog is None:
        given["backlog"] = BACKLOG
    if v.workers is None:
        given["workers"] = max(deployment_of(host).facts.cpus, 2 if v.limit_max_requests else 1)
    if v.timeout_graceful_shutdown is None:
        given["timeout_graceful_shutdown"] = math.ceil(deployment_of(host).v.drain_timeout_s)
    if v.log_config is not None:
        given["log_config"] = posixpath.join(deployment_of(host).directory, v.log_config)
    return given
