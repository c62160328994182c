"""Compose as the app's runtime: a container per release from one service of a compose file, the others beside it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

from deploytasks import resources
from deploytasks.agent.docker.compose import PROJECT, SERVICE
from deploytasks.agent.docker.engine import CLIENT
from deploytasks.errors import VariableError
from deploytasks.planning.deployment import Deployment, deployment_of
from deploytasks.planning.plan import Phase, Step
from deploytasks.planning.template import Templates
from deploytasks.roles import docker
from deploytasks.roles.compose.beside import Beside, beside_app, label_of, prepare
from deploytasks.roles.compose.copies import bring, services_home
from deploytasks.roles.compose.groups import COMPLETED, HEALTHY
from deploytasks.roles.compose.settings import Vars
from deploytasks.roles.compose.web import Web, beside_of, file_of, web_of
from deploytasks.roles.docker import brings_dependencies, passes_signals, place
from deploytasks.roles.docker.engine import compose_packages

if TYPE_CHECKING:
    from deploytasks.agent.release.layout import App
    from deploytasks.inventory import Host
    from deploytasks.roles.app.process import Process

__all__ = [
    "Vars",
    "brings_dependencies",
    "confirm",
    "define",
    "passes_signals",
    "place",
    "process_unit",
    "release_command",
    "start",
    "steps",
]

template = Templates(beside=__file__)


def steps(host: Host, v: Vars) -> Iterator[Step]:
    """An engine, what a release has with Docker, and the services beside it before the release needs them."""
    deployment = deployment_of(host)
    app, release, facts = deployment.app, deployment.release, deployment.facts
    web, file = web_of(host, v), file_of(host, v)
    beside = beside_app(host, file, beside_of(host, file, v))
    if beside and deployment.v.network == "none":
        raise VariableError(
            f"{host.name}: app_network: none leaves {v.web} without the network of its services; leave it out"
        )
    yield from docker.have_engine(host, compose_packages(facts) if beside else ())
    if web.pulled:
        for name, text in {"Dockerfile": web.recipe.text, ".dockerignore": "*\n"}.items():
            yield Step(f"write {name}", resources.File(f"{release.path}/{name}", text), phase=Phase.PREPARE)
    yield from docker.contain(host, web.v, web.recipe, web.additions)
    yield from _wait(host, web)
    yield from _live(host, v, beside)
    yield from _prune(app)


def define(deployment: Deployment, v: Vars) -> Iterator[Step]:
    """The units of ``docker``, whose instance waits for what it depends on."""
    web = web_of(deployment.host, v)
    if not web.additions.command:
        docker.require_an_image_with_a_port(deployment.host, web.v, web.recipe)
    return docker.define_units(deployment, web.v, waits=True)


def start(deployment: Deployment, v: Vars) -> Iterator[Step]:
    """The new release's container, running."""
    return docker.start(deployment, web_of(deployment.host, v).v)


def confirm(deployment: Deployment, v: Vars) -> Iterator[Step]:
    """The new release's units, enabled."""
    return docker.confirm(deployment, web_of(deployment.host, v).v)


def process_unit(deployment: Deployment, process: Process, v: Vars) -> str:
    """A template whose instances are the containers of *process*; with a schedule, a unit that runs one."""
    return docker.process_unit(deployment, process, web_of(deployment.host, v).v)


def release_command(deployment: Deployment, program: str, v: Vars) -> resources.ReleaseCommand:
    """*program*, run in a container of the new release's image."""
    return docker.release_command(deployment, program, web_of(deployment.host, v).v)


def _wait(host: Host, web: Web) -> Iterator[Step]:
    deployment = deployment_of(host)
    app, release = deployment.app, deployment.release
    needs = [
        (shlex.quote(name), condition == HEALTHY)
        for name, condition in web.needs.items()
        if condition != COMPLETED
    ]
    text = template(
        "services.sh.j2", app=app, needs=needs, docker=shlex.join(CLIENT), project=PROJECT, service=SERVICE
    )
    waiting = resources.File(release.command("services"), text, mode="0755")
    yield Step("write the program that waits for services", waiting, phase=Phase.PREPARE)


def _live(host: Host, v: Vars, beside: Beside | None) -> Iterator[Step]:
    """The services beside the app, up and healthy; those that are no longer wanted stay until the switch."""
    deployment = deployment_of(host)
    app, release = deployment.app, deployment.release
    if beside:
        yield Step("make the directory of services", resources.Directory(services_home(app)))
        yield from bring(app, release, beside.copies)
        yield from prepare(beside)
    services = resources.ComposeServices(
        app.name, _file(app), beside.text if beside else None, app.services_env, v.timeout_s
    )
    yield Step("run the services", services, phase=Phase.PREPARE, sensitive=True)


def _prune(app: App) -> Iterator[Step]:
    only = resources.OnlyComposeServices(app.name, _file(app))
    yield Step("end services that are no longer wanted", only, phase=Phase.FINISH)
    copies = resources.CopyRetention(services_home(app), app.releases)
    yield Step("prune old copies", copies, phase=Phase.FINISH)
    images = resources.ImageRetention(label_of(app), services_home(app))
    yield Step("prune old images of services", images, phase=Phase.FINISH)


def _file(app: App) -> str:
    return f"{services_home(app)}/compose.json"
