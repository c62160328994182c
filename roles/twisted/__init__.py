"""Twisted Web as the app's server: one process, in which a thread of a pool answers each request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from deploytasks.agent.frozen import frozen
from deploytasks.planning.parts import HTTP
from deploytasks.planning.template import Templates
from deploytasks.roles.app.launcher import launch, launcher

if TYPE_CHECKING:
    from deploytasks.inventory import Host
    from deploytasks.planning.plan import Step

template = Templates(beside=__file__)

protocols = (HTTP,)
interfaces = ("wsgi",)
says_ready = True
has_workers = False

Threads = Annotated[int, Meta(ge=1, le=1024)]


@frozen
class Vars:
    """``twisted_NAME`` in the inventory; see README.md. *packages* is what pip installs for it."""

    packages: tuple[str, ...] = ("twisted>=25.5",)
    trusted_proxy_count: Annotated[int, Meta(ge=0, le=16)] | None = None
    access_log: bool = False
    minthreads: Annotated[int, Meta(ge=0, le=1024)] = 5
    maxthreads: Threads = 20
    timeout: Annotated[float, Meta(gt=0, le=86400)] = 60
    max_headers: Annotated[int, Meta(ge=1)] = 500
    total_headers_size: Annotated[int, Meta(ge=1024)] = 65536

    def __post_init__(self) -> None:
        if self.minthreads > self.maxthreads:
            raise ValueError(
                f"minthreads: {self.minthreads} is more than twisted_maxthreads={self.maxthreads}"
            )


def steps(host: Host, v: Vars) -> Iterator[Step]:
    """The launcher, in the release, so that a rollback brings it back with the code."""
    return launcher(host, v, template)


def packages(host: Host, v: Vars) -> tuple[str, ...]:
    """What pip installs for it besides the app's own requirements."""
    del host
    return v.packages


def command(host: Host, v: Vars) -> tuple[str, ...]:
    """The command line of the web process."""
    del v
    return launch(host)
