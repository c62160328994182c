"""The services that live across releases, as one compose file of our own for the host."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from deploytasks import resources
from deploytasks.agent.docker.compose import DEFINITION_LABEL, ONCE_LABEL
from deploytasks.agent.frozen import frozen
from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.plan import Phase, Step
from deploytasks.roles.app import environment_of as env_of_app
from deploytasks.roles.app.dependencies import authorities
from deploytasks.roles.compose.copies import Copy, copy_of, shared_at
from deploytasks.roles.compose.environment import environment_of
from deploytasks.roles.compose.groups import COMPLETED, name_on_host, needs_of, networks_of
from deploytasks.roles.compose.interpolation import for_compose
from deploytasks.roles.compose.mounts import Mount, mounts_of
from deploytasks.roles.compose.recipe import image_name, recipe_of_build
from deploytasks.roles.compose.values import pairs

if TYPE_CHECKING:
    from deploytasks.agent.release.layout import App
    from deploytasks.inventory import Host
    from deploytasks.roles.compose.file import ComposeFile, Definition

REPLACED = frozenset(
    {"build", "image", "environment", "env_file", "volumes", "tmpfs", "secrets", "configs", "depends_on"}
    | {"labels", "restart", "develop", "pull_policy"}
)
REFUSED = {
    "extends": "is not followed; write out what it extends",
    "volumes_from": "would follow containers that change with each release; name the volumes in both services",
}


@frozen
class Beside:
    """The *services* as the host's compose file has them, in JSON; what they need: images, *builds*, *copies*."""

    text: str
    images: tuple[str, ...]
    builds: tuple[resources.DockerImage, ...]
    copies: tuple[Copy, ...]


def beside_app(host: Host, file: ComposeFile, services: Mapping[str, Definition]) -> Beside | None:
    """The *services* of *file*; None when there are none. Raises ``VariableError`` for what cannot be kept."""
    if not services:
        return None
    drawn = {name: _drawn(host, file, services, name) for name in services}
    document = {
        "services": {name: found.definition for name, found in drawn.items()},
        "networks": dict(_named(file, host, "networks", _networks(services))),
        "volumes": dict(
            _named(file, host, "volumes", {m.source for found in drawn.values() for m in found.volumes})
        ),
    }
    return Beside(
        json.dumps({key: value for key, value in document.items() if value}, indent=2) + "\n",
        tuple(sorted({found.image for found in drawn.values() if not found.build})),
        tuple(found.build for found in drawn.values() if found.build),
        tuple({copy.name: copy for found in drawn.values() for copy in found.copies}.values()),
    )


@frozen
class _Drawn:
    """One service: its *definition* for the host, and what that needs."""

    definition: Definition
    image: str
    build: resources.DockerImage | None
    copies: tuple[Copy, ...]
    volumes: tuple[Mount, ...]


def _drawn(host: Host, file: ComposeFile, services: Mapping[str, Definition], name: str) -> _Drawn:
    project = deployment_of(host).project
    given = services[name]
    with file.refusing("services", name):
        for key, why in REFUSED.items():
            if key in given:
                raise ValueError(f"{key} {why}")
        mounts = list(mounts_of(file, given))
        ours = [mount for mount in mounts if mount.kind == "source" and not shared_at(host, mount.source)]
        copies = {mount: copy_of(project, mount.source) for mount in ours}
        build, context = _build(host, file, name, given) if given.get("build") else (None, None)
        image = build.name if build else _image(given)
        definition: Definition = {key: _escaped(value) for key, value in given.items() if key not in REPLACED}
        definition["image"] = image
        definition["restart"] = given.get("restart", "no" if _runs_once(file, name) else "unless-stopped")
        definition["environment"] = _environment(host, file, given)
        volumes = [_mount(host, mount, copies) for mount in mounts if mount.kind != "tmpfs"]
        definition["volumes"] = _escaped(volumes)
        definition["tmpfs"] = _escaped([mount.of("") for mount in mounts if mount.kind == "tmpfs"])
        needs = needs_of(file, name).items()
        definition["depends_on"] = {other: {"condition": how} for other, how in needs if other in services}
        definition = {key: value for key, value in definition.items() if value not in ([], {}, None)}
        named = tuple(mount for mount in mounts if mount.kind == "volume" and mount.source)
        around = [
            dict(_named(file, host, "networks", set(networks_of(given)))),
            dict(_named(file, host, "volumes", {mount.source for mount in named})),
        ]
        definition["labels"] = _labels(file, name, given, [definition, *around])
    needed = (*copies.values(), *([context] if context else []))
    return _Drawn(definition, image, build, needed, named)


def _labels(file: ComposeFile, name: str, given: Definition, drawn: list[Definition]) -> dict[str, str]:
    """Its own labels, and one that tells *drawn*: what it, its networks and its volumes are defined as."""
    own = {key: _escaped(value or "") for key, value in pairs(given.get("labels")).items()}
    once = {ONCE_LABEL: "yes"} if _runs_once(file, name) else {}
    described = json.dumps([drawn, own, once], sort_keys=True)
    return {**own, **once, DEFINITION_LABEL: hashlib.sha256(described.encode()).hexdigest()[:16]}


def _runs_once(file: ComposeFile, name: str) -> bool:
    """Whether another service waits for its end."""
    return any(needs_of(file, other).get(name) == COMPLETED for other in file.services)


def _image(given: Definition) -> str:
    if not given.get("image"):
        raise ValueError("has neither image nor build")
    return image_name(given)


def _build(host: Host, file: ComposeFile, name: str, given: Definition) -> tuple[resources.DockerImage, Copy]:
    """Its image, whose name tells what it is built from; and that, at a place of its own."""
    deployment = deployment_of(host)
    app, release, project = deployment.app, deployment.release, deployment.project
    recipe = recipe_of_build(host, file, given)
    context = recipe.context.removeprefix(release.code).strip("/")
    purpose = json.dumps([recipe.name, recipe.target, recipe.arguments])
    copy = copy_of(project, context, purpose)
    of_app = deployment.v
    image = resources.DockerImage(
        name=f"{app.name}-{name.lower()}:{copy.name}",
        context=copy.directory(app),
        dockerfile=recipe.name,
        app=label_of(app),
        user=app.user,
        bases=recipe.bases,
        index_url=of_app.index_url,
        ca_bundle=authorities(app, of_app),
        target=recipe.target,
        arguments=recipe.arguments,
    )
    return image, copy


def label_of(app: App) -> str:
    """The label of images of services beside the app, which do not go with its releases."""
    return f"{app.name}/services"


def _environment(host: Host, file: ComposeFile, given: Definition) -> dict[str, str]:
    found = environment_of(file, given, deployment_of(host).project, env_of_app(deployment_of(host).v))
    return {name: for_compose(value) for name, value in found.items()}


def _mount(host: Host, mount: Mount, copies: Mapping[Mount, Copy]) -> str:
    app = deployment_of(host).app
    if mount in copies:
        return mount.of(copies[mount].place(app), "ro")
    return mount.of(shared_at(host, mount.source) if mount.kind == "source" else mount.source)


def _networks(services: Mapping[str, Definition]) -> set[str]:
    return {name for definition in services.values() for name in networks_of(definition)}


def _named(
    file: ComposeFile, host: Host, section: str, names: set[str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    app = deployment_of(host).app
    for name in sorted(names):
        given = getattr(file, section).get(name, {})
        if section == "networks" and name != "default" and name not in file.networks:
            raise file.refuse("networks", f"there is no {name}, which a service has")
        yield name, {**_escaped(given), "name": name_on_host(file, section, app.name, name)}


def _escaped(value: Any) -> Any:
    """*value* with its variables' values in it, so that Compose finds no more variables."""
    if isinstance(value, Mapping):
        return {key: _escaped(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_escaped(item) for item in value]
    return value.replace("$", "$$") if isinstance(value, str) else value


def prepare(beside: Beside) -> Iterator[Step]:
    """The images of the services, which are there before any of them is touched."""
    if beside.images:
        yield Step("pull the services' images", resources.PulledImages(beside.images), phase=Phase.PREPARE)
    for image in beside.builds:
        name = image.name.partition(":")[0]
        yield Step(f"build {name}", image, phase=Phase.PREPARE, sensitive=bool(image.arguments))
