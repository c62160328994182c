"""gevent's own pywsgi server: one process, in which a greenlet answers each request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from deploytasks.agent.frozen import frozen
from deploytasks.planning.parts import HTTP
from deploytasks.planning.template import Templates
from deploytasks.roles.app.launcher import chosen, launch, launcher

if TYPE_CHECKING:
    from deploytasks.inventory import Host
    from deploytasks.planning.plan import Step

template = Templates(beside=__file__)

protocols = (HTTP,)
interfaces = ("wsgi",)
says_ready = True

managed = {
    "backlog": "the instance gets its socket from its runtime",
    "error_log": "errors go to the journal",
    "listener": "the instance gets its socket from its runtime",
    "log": "set gevent_access_log",
    "stop_timeout": "set app_drain_timeout_s",
}

Patched = Literal[
    "dns",
    "time",
    "select",
    "thread",
    "os",
    "ssl",
    "subprocess",
    "sys",
    "builtins",
    "signal",
    "queue",
    "contextvars",
]
"""What ``monkey.patch_all`` can be told to leave as it is; sockets have to be gevent's for its server."""


@frozen
class Vars:
    """``gevent_NAME`` in the inventory; see README.md. *packages* is what pip installs for it."""

    packages: tuple[str, ...] = ("gevent",)
    trusted_proxy_count: Annotated[int, Meta(ge=0, le=16)] | None = None
    access_log: bool = False
    spawn: Annotated[int, Meta(ge=1)] | None = None
    max_accept: Annotated[int, Meta(ge=1)] | None = None
    patch_all: Mapping[Patched, bool] = field(default_factory=dict)
    resolver: Literal["thread", "ares", "block", "dnspython"] | None = None
    libev_backend: Literal["select", "poll", "epoll"] | None = None
    monitor_thread: bool | None = None
    max_blocking_time: Annotated[float, Meta(gt=0)] | None = None
    track_greenlet_tree: bool | None = None
    threadpool_idle_task_timeout: Annotated[float, Meta(gt=0)] | None = None


def steps(host: Host, v: Vars) -> Iterator[Step]:
    """The launcher, in the release, so that a rollback brings it back with the code."""
    config = chosen(v, "spawn", "max_accept", "patch_all")
    return launcher(host, v, template, config=config)


def packages(host: Host, v: Vars) -> tuple[str, ...]:
    """What pip installs for it besides the app's own requirements."""
    del host
    return (*v.packages, "dnspython") if v.resolver == "dnspython" else v.packages


def command(host: Host, v: Vars) -> tuple[str, ...]:
    """The command line of the web process."""
    del v
    return launch(host)
