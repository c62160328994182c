"""Docker as the app's runtime: an image per release, and a container per instance in a systemd unit."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from deploytasks import resources
from deploytasks.agent.docker.engine import APP_LABEL, CLIENT
from deploytasks.agent.release.layout import COLLECTED, container_of
from deploytasks.agent.release.runtime.in_container import in_container
from deploytasks.errors import VariableError
from deploytasks.planning.deployment import Deployment, deployment_of
from deploytasks.planning.plan import Phase, Step
from deploytasks.planning.template import Templates
from deploytasks.roles import systemd
from deploytasks.roles.app import OF_APP, environment_of
from deploytasks.roles.app.dependencies import bring_authorities
from deploytasks.roles.docker.additions import NONE, Additions
from deploytasks.roles.docker.client import require_not_the_clients
from deploytasks.roles.docker.engine import engine_packages
from deploytasks.roles.docker.image import Recipe, build, image_of, place, recipe_of
from deploytasks.roles.docker.settings import Vars

if TYPE_CHECKING:
    from deploytasks.agent.release.layout import Release
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

brings_dependencies = True
passes_signals = False
"""The unit's main process is Docker's client, and the server is in the container."""


def steps(host: Host, v: Vars) -> Iterator[Step]:
    """The engine, the release's image when the release is whole, and no images of releases that are gone."""
    yield from have_engine(host)
    recipe = recipe_of(host, v)
    volumes = declared_volumes_of(host, v, recipe)
    app = deployment_of(host).app
    for path in _with_parents(volumes.values(), app.shared):
        yield Step(f"keep {path}", resources.Directory(path, OF_APP, app.user, app.user, keeps_mode=True))
    mounts = tuple(_mount(path, target) for target, path in volumes.items())
    yield from contain(host, v, recipe, Additions(options=mounts))


def _with_parents(paths: Iterable[str], top: str) -> list[str]:
    """All of *paths* and what leads to them below *top*, each after what it is in."""
    leading = {str(place) for path in paths for place in (PurePosixPath(path), *PurePosixPath(path).parents)}
    return sorted(place for place in leading if place.startswith(f"{top}/"))


def have_engine(host: Host, compose: tuple[str, ...] = ()) -> Iterator[Step]:
    """An engine; with the packages *compose*, Compose too."""
    yield Step(
        "install a Docker engine", resources.DockerEngine(engine_packages(deployment_of(host).facts), compose)
    )


def contain(host: Host, v: Vars, recipe: Recipe, additions: Additions = NONE) -> Iterator[Step]:
    """The release's image by *recipe*, and the program that starts its containers with *additions*."""
    deployment = deployment_of(host)
    app, release = deployment.app, deployment.release
    try:
        require_not_the_clients(environment_of(deployment.v))
    except ValueError as error:
        raise VariableError(f"{host.name}: app_env: {error}") from error
    yield from bring_authorities(app, deployment.v)
    if not recipe.is_ours:
        additions = replace(additions, options=(*additions.options, *_accounts_of(release)))
    if additions.settings:
        settings = resources.File(_settings(release), additions.settings, mode="0600")
        yield Step("write the containers' settings", settings, phase=Phase.PREPARE, sensitive=True)
    program = resources.File(release.container, _container(host, v, additions), mode="0755")
    yield Step("write the container's program", program, phase=Phase.PREPARE)
    if v.port:
        text = template("port.sh.j2", app=app, port=v.port, release=release, docker=_docker())
        handing = resources.File(release.command("port"), text, mode="0755")
        yield Step("write the program of the app's port", handing, phase=Phase.PREPARE)
    yield from build(host, recipe)
    if not recipe.is_ours:
        accounts = resources.ImageAccounts(image_of(release), app.user, release.path)
        yield Step("name the app's user in the image", accounts, phase=Phase.PREPARE)
    besides = (recipe.shipped.name,) if recipe.shipped and recipe.is_ours else ()
    retention = resources.ImageRetention(app.name, app.releases, besides)
    yield Step("prune old images", retention, phase=Phase.FINISH)


def define(deployment: Deployment, v: Vars) -> Iterator[Step]:
    """The template unit of a container; where the image listens on a port, those of a socket that leads to it."""
    require_an_image_with_a_port(deployment.host, v, recipe_of(deployment.host, v))
    yield from define_units(deployment, v)


def define_units(deployment: Deployment, v: Vars, *, waits: bool = False) -> Iterator[Step]:
    """The units of ``define``, whatever the image; an instance *waits* as its release's ``bin/services`` wants it."""
    app = deployment.app
    shape = {"container": f"{app.name}-%i", "has_port": bool(v.port), "waits": waits}
    text = template("app.service.j2", **shape, **_of_units(deployment))
    yield Step("make the directory of logs", resources.Directory(app.logs, owner=app.user, group=app.user))
    if v.port:
        yield Step(
            "define the socket unit",
            resources.Unit(f"{app.name}@.socket", template("app.socket.j2", app=app)),
        )
        port = resources.Unit(
            f"{app.name}-port@.service", template("port.service.j2", **_of_units(deployment))
        )
        yield Step("define the port's unit", port)
    else:
        yield Step("remove the socket unit", resources.Unit(f"{app.name}@.socket", None))
    yield Step("define the service unit", resources.Unit(f"{app.name}@.service", text))


def start(deployment: Deployment, v: Vars) -> Iterator[Step]:
    """The new release's container, running."""
    release = deployment.release
    socket_unit = release.socket_unit if v.port else ""
    instance = resources.Instance(
        release.service_unit, socket_unit, release.socket, deployment.v.health_timeout_s
    )
    yield Step("start the new instance", instance, phase=Phase.START)


def confirm(deployment: Deployment, v: Vars) -> Iterator[Step]:
    """The new release's units, enabled."""
    release = deployment.release
    if v.port:
        yield from systemd.at_boot(release, release.socket_unit)
    yield from systemd.at_boot(release, release.service_unit)


def process_unit(deployment: Deployment, process: Process, v: Vars) -> str:
    """A template whose instances are the containers of *process*; with a schedule, a unit that runs one."""
    del v
    app, release = deployment.app, deployment.release
    if process.schedule:
        container = container_of(app.job(process.name))
        return template("job.service.j2", process=process, container=container, **_of_units(deployment))
    container = container_of(release.process_unit(process.name, "%i"))
    return template(
        "process.service.j2", process=process, release=release, container=container, **_of_units(deployment)
    )


def release_command(deployment: Deployment, program: str, v: Vars) -> resources.ReleaseCommand:
    """*program*, run in a container of the new release's image."""
    del v
    app, release = deployment.app, deployment.release
    unit = systemd.release_unit(release, program)
    argv = in_container(app, release, container_of(unit), "--wait", "--unit", unit, "--slice", app.slice)
    return resources.ReleaseCommand((*argv, f"{app.current}/bin/{program}"), unit)


def _of_units(deployment: Deployment) -> dict[str, Any]:
    return {
        "app": deployment.app,
        "docker": _docker(),
        "drain_timeout_s": deployment.v.drain_timeout_s,
        "health_timeout_s": deployment.v.health_timeout_s,
        "slows_down": systemd.slows_down(deployment),
    }


def _container(host: Host, v: Vars, additions: Additions) -> str:
    deployment = deployment_of(host)
    app, release = deployment.app, deployment.release
    return template(
        "container.sh.j2",
        app=app,
        image=image_of(release),
        release=release,
        docker=_docker(),
        environments=(app.services_env, release.env, app.scale_env),
        instance=[shlex.quote(word) for word in (*_of_instance(release, v), *additions.instance)],
        command=[shlex.quote(word) for word in additions.command],
        settings=_settings(release) if additions.settings else "",
        networks=[shlex.quote(network) for network in additions.networks],
        aliases=[f"--alias={alias}" for alias in additions.aliases],
        beside=[_mount(f"{release.path}/bin", f"{app.current}/bin", "readonly")],
        options=[shlex.quote(word) for word in _options(host, v, additions)],
        groups=deployment.v.groups,
    )


def _settings(release: Release) -> str:
    return f"{release.path}/settings"


def _of_instance(release: Release, v: Vars) -> Iterator[str]:
    """What the instance has and a program beside it has not: where it is reached."""
    if v.port:
        yield f"--env=PORT={v.port}"
    else:
        yield f"--env=LISTEN_SOCKET={release.socket}"
        yield _mount(f"{release.app.sockets}/{release.name}", release.app.sockets)


def _options(host: Host, v: Vars, additions: Additions) -> Iterator[str]:
    deployment = deployment_of(host)
    app, release, project = deployment.app, deployment.release, deployment.project
    of_app = deployment.v
    yield f"--label={APP_LABEL}={app.name}"
    yield "--env=PS"
    yield "--cap-drop=ALL"
    yield "--security-opt=no-new-privileges"
    if v.read_only:
        yield "--read-only"
        yield "--tmpfs=/tmp"
    yield f"--network={'none' if of_app.network == 'none' else v.network}"
    for path in (app.shared, app.logs):
        yield _mount(path, path)
    if project.collected:
        yield _mount(release.collected, f"{app.current}/{COLLECTED}")
    yield from additions.options
    limits = {"memory": v.memory, "cpus": v.cpus, "pids-limit": v.pids}
    yield from (f"--{name}={value}" for name, value in limits.items() if value is not None)
    yield from (f"--volume={volume}" for volume in v.volumes)
    yield from v.options


def _accounts_of(release: Release) -> Iterator[str]:
    """What names the app's user in a container of an image that does not."""
    yield from (_mount(f"{release.path}/{name}", f"/etc/{name}", "readonly") for name in ("passwd", "group"))


def declared_volumes_of(host: Host, v: Vars, recipe: Recipe) -> dict[str, str]:
    """What a Dockerfile of the project's own declares as volumes, and where on the host each is kept.

    One that ``docker_volumes`` or ``docker_options`` have something for is left to these.
    """
    if recipe.is_ours:
        return {}
    app = deployment_of(host).app
    taken = " ".join((*v.volumes, *v.options))
    return {path: f"{app.shared}/volumes{path}" for path in recipe.volumes if f":{path}" not in taken}


def _mount(source: str, target: str, *options: str) -> str:
    return ",".join(["--mount=type=bind", f"source={source}", f"target={target}", *options])


def require_an_image_with_a_port(host: Host, v: Vars, recipe: Recipe) -> None:
    """Raise ``VariableError`` when nothing in the image of *recipe* can listen on ``docker_port``."""
    if v.port and recipe.is_ours:
        raise VariableError(
            f"{host.name}: docker_port: {v.port} is for an image of your own Dockerfile; without one leave it out"
        )
    if v.port and v.network == "host":
        raise VariableError(
            f"{host.name}: docker_port: {v.port} cannot be the port of two releases; leave docker_network=host out"
        )


def _docker() -> str:
    return shlex.join(CLIENT)
