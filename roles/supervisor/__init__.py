"""Supervisor as the app's runtime: each instance has a supervisord of its own, in a systemd unit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from deploytasks import resources
from deploytasks.agent.frozen import frozen
from deploytasks.planning.deployment import Deployment, deployment_of
from deploytasks.planning.parts import Place
from deploytasks.planning.plan import Phase, Step
from deploytasks.planning.template import Templates
from deploytasks.roles import systemd

if TYPE_CHECKING:
    from deploytasks.agent.release.layout import Release
    from deploytasks.inventory import Host
    from deploytasks.roles.app.process import Process

template = Templates(beside=__file__)

brings_dependencies = False
passes_signals = False
"""The unit's main process is Supervisor, which has no use for SIGTTIN."""
starts_again = True

FOR_EVER = 1_000_000
"""So often is what the app needs not away: before each try Supervisor waits a second longer than before the last."""


@frozen
class Vars:
    """``supervisor_NAME`` in the inventory, by the names of supervisord.conf's ``[program:x]``; see README.md."""

    startsecs: Annotated[int, Meta(ge=0, le=600)] = 1
    startretries: Annotated[int, Meta(ge=0)] = FOR_EVER


def steps(host: Host, v: Vars) -> Iterator[Step]:
    """Supervisor, and what it runs of this release."""
    deployment = deployment_of(host)
    app, release = deployment.app, deployment.release
    drain_timeout_s = deployment.v.drain_timeout_s
    text = template("supervisord.conf.j2", app=app, release=release, v=v, drain_timeout_s=drain_timeout_s)
    yield Step("install Supervisor", resources.Package("supervisor"))
    yield Step(
        "configure Supervisor", resources.File(f"{release.path}/supervisord.conf", text), phase=Phase.PREPARE
    )


def place(release: Release) -> Place:
    """As with systemd, whose listening descriptor Supervisor hands on."""
    return systemd.place(release)


def define(deployment: Deployment, v: Vars) -> Iterator[Step]:
    """The units of systemd, the second of which runs Supervisor."""
    del v
    app = deployment.app
    yield systemd.socket_unit(deployment)
    text = template(
        "supervised.service.j2",
        says_ready=deployment.server.says_ready,
        **systemd.of_instance(deployment, deployment.vars_of(systemd)),
    )
    yield Step("define the service unit", resources.Unit(f"{app.name}@.service", text))


def start(deployment: Deployment, v: Vars) -> Iterator[Step]:
    """The new release's units, active."""
    del v
    return systemd.start(deployment, systemd.Vars())


def process_unit(deployment: Deployment, process: Process, v: Vars) -> str:
    """As with systemd: other processes than web end before those of the next release start, which web does not."""
    del v
    return systemd.process_unit(deployment, process, deployment.vars_of(systemd))


def release_command(deployment: Deployment, program: str, v: Vars) -> resources.ReleaseCommand:
    """As with systemd."""
    del v
    return systemd.release_command(deployment, program, systemd.Vars())


def confirm(deployment: Deployment, v: Vars) -> Iterator[Step]:
    """The new release's units, enabled."""
    del v
    return systemd.confirm(deployment, systemd.Vars())
