"""cheroot, the server of CherryPy: one process, in which each connection has a thread of a pool."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from deploytasks.agent.frozen import frozen
from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.limits import limits_of
from deploytasks.planning.parts import HTTP
from deploytasks.planning.template import Templates
from deploytasks.roles.app.instance import BACKLOG
from deploytasks.roles.app.launcher import chosen, launch, launcher

if TYPE_CHECKING:
    from deploytasks.inventory import Host
    from deploytasks.planning.plan import Step

template = Templates(beside=__file__)

protocols = (HTTP,)
interfaces = ("wsgi",)
says_ready = True
has_workers = False

managed = {
    "bind_addr": "the instance gets its socket from its runtime",
    "keep_alive_conn_limit": "each answer ends its connection, so that the next request follows a switch",
    "max": "cheroot starts cheroot_numthreads threads and no others",
    "reuse_port": "the instance gets its socket from its runtime",
    "shutdown_timeout": "set app_drain_timeout_s",
    "ssl_adapter": "TLS ends at the web server",
}
ATTRIBUTES = ("max_request_header_size", "max_request_body_size", "expiration_interval")
"""Settings that its class has and its constructor does not take."""

Bytes = Annotated[int, Meta(ge=0)]
Seconds = Annotated[float, Meta(gt=0, le=86400)]


@frozen
class Vars:
    """``cheroot_NAME`` in the inventory; see README.md. *packages* is what pip installs for it."""

    packages: tuple[str, ...] = ("cheroot",)
    trusted_proxy_count: Annotated[int, Meta(ge=0, le=16)] | None = None
    access_log: bool = False
    numthreads: Annotated[int, Meta(ge=1, le=1024)] | None = None
    request_queue_size: Annotated[int, Meta(ge=1, le=65535)] = BACKLOG
    accepted_queue_size: Annotated[int, Meta(ge=-1)] | None = None
    accepted_queue_timeout: Seconds | None = None
    timeout: Seconds | None = None
    expiration_interval: Seconds | None = None
    max_request_header_size: Bytes | None = None
    max_request_body_size: Bytes | None = None
    server_name: Annotated[str, Meta(pattern=r"^[!-~]([ -~]*[!-~])?\Z", examples=["shop"])] | None = None


def steps(host: Host, v: Vars) -> Iterator[Step]:
    """The launcher, in the release, so that a rollback brings it back with the code."""
    # By itself it drops a client that takes nothing for 10 seconds.
    usual = {"timeout": limits_of(deployment_of(host)).pause_s}
    arguments = {**usual, **chosen(v, *ATTRIBUTES)}
    attributes = {name: value for name, value in chosen(v).items() if name in ATTRIBUTES}
    return launcher(host, v, template, arguments=arguments, attributes=attributes)


def packages(host: Host, v: Vars) -> tuple[str, ...]:
    """What pip installs for it besides the app's own requirements."""
    del host
    return v.packages


def command(host: Host, v: Vars) -> tuple[str, ...]:
    """The command line of the web process."""
    del v
    return launch(host)
