"""waitress as the app's server: one process, whose threads answer; its main thread reads and writes for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from deploytasks.planning.parts import HTTP
from deploytasks.planning.template import Templates
from deploytasks.roles.app.launcher import chosen, launch, launcher
from deploytasks.roles.waitress.settings import MANAGED, Vars

if TYPE_CHECKING:
    from deploytasks.inventory import Host
    from deploytasks.planning.plan import Step

template = Templates(beside=__file__)

protocols = (HTTP,)
interfaces = ("wsgi",)
says_ready = True
has_workers = False

managed = MANAGED


def steps(host: Host, v: Vars) -> Iterator[Step]:
    """The launcher, in the release, so that a rollback brings it back with the code."""
    return launcher(host, v, template, settings=chosen(v))


def packages(host: Host, v: Vars) -> tuple[str, ...]:
    """What pip installs for it besides the app's own requirements."""
    del host
    return v.packages


def command(host: Host, v: Vars) -> tuple[str, ...]:
    """The command line of the web process."""
    del v
    return launch(host)
