"""The service that serves the app: an image of each release, and what its containers have besides the variables."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex
from deploytasks.agent.release.runtime.process_units import nearest
from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.role import vars_of
from deploytasks.roles import docker
from deploytasks.roles.app import environment_of as env_of_app
from deploytasks.roles.compose.copies import copy_of, shared_at
from deploytasks.roles.compose.environment import environment_of, settings
from deploytasks.roles.compose.file import ComposeFile, Definition, compose_file, with_values
from deploytasks.roles.compose.groups import ENGINES_OWN, beside, name_on_host, needs_of, networks_of
from deploytasks.roles.compose.interpolation import variables_in
from deploytasks.roles.compose.mounts import Mount, mounts_of
from deploytasks.roles.compose.recipe import image_name, recipe_of_build
from deploytasks.roles.compose.run_options import UNDERSTOOD, run_options
from deploytasks.roles.compose.values import items, text, words
from deploytasks.roles.docker.additions import Additions
from deploytasks.roles.docker.image import Recipe, recipe_of

if TYPE_CHECKING:
    from deploytasks.inventory import Host
    from deploytasks.roles.compose.settings import Vars
    from deploytasks.roles.docker.settings import Vars as DockerVars

HANDLED = frozenset(
    {"build", "image", "command", "entrypoint", "environment", "env_file", "depends_on", "ports", "expose"}
    | {"volumes", "tmpfs", "secrets", "configs", "networks", "network_mode"}
)
LEFT_TO_US = frozenset(
    {"annotations", "attach", "container_name", "develop", "healthcheck", "hostname", "init", "links"}
    | {"logging", "profiles", "pull_policy", "restart", "scale", "stdin_open", "stop_grace_period"}
    | {"tty", "user"}
)
"""What a release's containers have in a way of their own; README.md says what."""
OPEN = frozenset({"command", "entrypoint"}) | UNDERSTOOD
"""What becomes an argument of the client, and of a container's program."""
OF_NETWORK = frozenset({"aliases", "priority", "gw_priority"})
HAS_PROGRAM = frozenset({"build", "image", "command", "entrypoint"})
"""A service with one of these runs something that may listen on a port; our image never does."""
OF_THE_APP = ("/app/bin", "/app/code", "/app/venv")
ALIAS = regex(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@frozen
class Web:
    """The *recipe* of its image, the variables *v* and *additions* of its containers, the services it *needs*."""

    recipe: Recipe
    v: DockerVars
    additions: Additions
    needs: Mapping[str, str]
    pulled: bool = False
    """Whether its image is another one under a name of its own."""


def file_of(host: Host, v: Vars) -> ComposeFile:
    """The compose file with the values that the inventory gives to its variables."""
    written, env = compose_file(host, v), env_of_app(deployment_of(host).v)
    _require_no_secrets(written, v.web, env)
    return with_values(written, env)


def _require_no_secrets(file: ComposeFile, service: str, env: Mapping[str, str]) -> None:
    """What all users of the host can see of a container takes no variable of the app's *env*."""
    definition = file.services[service]
    for key in sorted(OPEN & set(definition)):
        with file.refusing("services", service, key):
            texts = _texts(definition[key])
            taken = sorted({name for written in texts for name in variables_in(written)} & set(env))
            if taken:
                raise ValueError(
                    f"{taken[0]} is of app_env, and all users of the host could read it there; "
                    "read it from the environment"
                )


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, Mapping)):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(item)


def web_of(host: Host, v: Vars) -> Web:
    """The service ``compose_web``; raises ``VariableError`` for what a container of a release cannot have."""
    file = file_of(host, v)
    definition = file.services[v.web]
    others = beside_of(host, file, v)
    with file.refusing("services", v.web):
        _require_understood(definition)
        _require_plain_links(definition)
        networks = _networks(host, file, definition, others)
        docker_v = _docker_vars(host, definition, networks)
        mounts = _mounts_of(file, v.web)
        _require_made_volumes(file, mounts, others)
        recipe = _recipe(host, file, definition, mounts, docker_v)
        if recipe.is_ours:
            _require_room_for_the_app(mounts)
        additions = _additions(host, file, v.web, mounts, networks, docker_v)
        pulled = bool(definition.get("image") and not definition.get("build"))
        return Web(recipe, docker_v, additions, _needs(file, v.web, others), pulled)


def beside_of(host: Host, file: ComposeFile, v: Vars) -> dict[str, Definition]:
    """The services of *file* that live across releases."""
    return beside(file, v.web, {**deployment_of(host).project.processes, **deployment_of(host).v.processes})


def _require_understood(definition: Definition) -> None:
    for key in definition:
        if key not in HANDLED | LEFT_TO_US | UNDERSTOOD and not key.startswith("x-"):
            raise ValueError(
                f"{key} cannot be kept, as its containers change with each release; leave it out"
            )


def _require_plain_links(definition: Definition) -> None:
    for link in items(definition.get("links")):
        name, _, alias = text(link).partition(":")
        if alias:
            raise ValueError(f"links: {link}: give {name} the alias {alias} in its networks instead")


def _mounts_of(file: ComposeFile, service: str) -> tuple[Mount, ...]:
    with file.refusing("services", service):
        return tuple(mounts_of(file, file.services[service]))


def _require_made_volumes(
    file: ComposeFile, mounts: tuple[Mount, ...], others: Mapping[str, Definition]
) -> None:
    """Compose makes the volumes of other services; those of the app alone are the engine's plain ones."""
    shared = {mount.source for name in others for mount in _mounts_of(file, name)}
    for mount in mounts:
        special = set(file.volumes.get(mount.source, {})) & {"driver", "driver_opts"}
        if mount.kind == "volume" and mount.source not in shared and special:
            raise ValueError(
                f"volumes: {mount.source} has a {min(special)}, and no other service that has it made; "
                "make it with `docker volume create`, and say external: true"
            )


def _needs(file: ComposeFile, service: str, others: Mapping[str, Definition]) -> dict[str, str]:
    """Those of *others* that *service* depends on, and the condition in which they are to be."""
    found = needs_of(file, service)
    for name in found:
        if name not in file.services:
            raise ValueError(f"depends_on: there is no service {name}; {nearest(name, list(file.services))}")
    return {name: condition for name, condition in found.items() if name in others}


def _docker_vars(host: Host, definition: Definition, networks: list[str]) -> DockerVars:
    """The variables of containers, where they leave it open with the file's network and port."""
    found: DockerVars = vars_of(docker, host)
    if found.network == "bridge":
        found = replace(found, network=networks[0])
    if found.port is None and HAS_PROGRAM & set(definition):
        found = replace(found, port=_port(definition))
    if found.port and found.network == "host":
        raise ValueError(f"network_mode: host: two releases cannot both listen on port {found.port}")
    return found


def _port(definition: Definition) -> int | None:
    """The only port that it says it listens on."""
    listed = [*items(definition.get("ports")), *items(definition.get("expose"))]
    wanted = {_inside(port) for port in listed}
    if len(wanted) > 1:
        raise ValueError(f"ports: which of {', '.join(sorted(wanted))} is the app's? say it with docker_port")
    port = next(iter(wanted), "")
    if port and not port.isdigit():
        raise ValueError(f"ports: {port}: expected one port; say it with docker_port")
    return int(port) if port else None


def _inside(port: Any) -> str:
    """The container's part of a port: ``127.0.0.1:8080:80/tcp`` is 80."""
    written = text(port.get("target", "") if isinstance(port, Mapping) else port)
    return written.rpartition(":")[2].partition("/")[0]


def _networks(
    host: Host, file: ComposeFile, definition: Definition, others: Mapping[str, Definition]
) -> list[str]:
    """What the engine calls the networks that *definition* shares with *others* or somebody outside the file."""
    app = deployment_of(host).app
    if definition.get("network_mode"):
        mode = text(definition["network_mode"])
        if mode not in ENGINES_OWN:
            raise ValueError(f"network_mode: {mode}: expected bridge, host or none")
        return [mode]
    shared = {name for other in others for name in _networks_of(file, other)}
    found = []
    for name, said in networks_of(definition).items():
        for key in set(said) - OF_NETWORK:
            raise ValueError(f"networks: {name}: {key} cannot be that of two releases at once")
        if name != "default" and name not in file.networks:
            raise ValueError(
                f"networks: {name} is not among the file's networks; {nearest(name, list(file.networks))}"
            )
        if name in shared or file.networks.get(name, {}).get("external"):
            found.append(name_on_host(file, "networks", app.name, name))
    return found or ["bridge"]


def _networks_of(file: ComposeFile, service: str) -> dict[str, dict[str, object]]:
    with file.refusing("services", service):
        return networks_of(file.services[service])


def _recipe(
    host: Host, file: ComposeFile, definition: Definition, mounts: tuple[Mount, ...], v: DockerVars
) -> Recipe:
    release = deployment_of(host).release
    if v.build == "controller" and (definition.get("build") or definition.get("image")):
        raise ValueError("only the host builds, or pulls, what a compose file names; leave docker_build out")
    if definition.get("build"):
        return recipe_of_build(host, file, definition)
    if definition.get("image"):
        return Recipe(f"FROM {image_name(definition)}\n", release.path, "Dockerfile", is_ours=False)
    owned = tuple(mount.target for mount in mounts if mount.kind == "volume")
    return recipe_of(host, v, owned)


def _additions(
    host: Host, file: ComposeFile, service: str, mounts: tuple[Mount, ...], networks: list[str], v: DockerVars
) -> Additions:
    project = deployment_of(host).project
    definition = file.services[service]
    env = env_of_app(deployment_of(host).v)
    environment = environment_of(file, definition, project, env)
    entrypoint, command = words(definition.get("entrypoint")), words(definition.get("command"))
    aliases = tuple(_aliases(service, definition)) if v.port and v.network not in ENGINES_OWN else ()
    return Additions(
        options=(*(_option(host, file, mount) for mount in mounts), *run_options(definition)),
        instance=(
            *(f"--network-alias={alias}" for alias in aliases),
            *(f"--entrypoint={program}" for program in entrypoint[:1]),
        ),
        command=(*entrypoint[1:], *command),
        settings=settings({name: value for name, value in environment.items() if name not in env}),
        networks=tuple(networks[1:]) if v.network == networks[0] else (),
        aliases=aliases,
    )


def _aliases(service: str, definition: Definition) -> Iterator[str]:
    yield service
    for said in networks_of(definition).values():
        for alias in items(said.get("aliases")):
            if not ALIAS.fullmatch(text(alias)):
                raise ValueError(f"networks: aliases: {alias!r} is no name of a host")
            yield text(alias)


def _option(host: Host, file: ComposeFile, mount: Mount) -> str:
    """*mount* as an option of docker-run(1)."""
    deployment = deployment_of(host)
    app, release, project = deployment.app, deployment.release, deployment.project
    if mount.kind == "tmpfs":
        return f"--tmpfs={mount.of('')}"
    if mount.kind == "source":
        copy_of(project, mount.source)
        path = shared_at(host, mount.source) or posixpath.normpath(f"{release.code}/{mount.source}")
        return f"--volume={mount.of(path)}"
    named = mount.kind == "volume" and mount.source
    return f"--volume={mount.of(name_on_host(file, 'volumes', app.name, mount.source) if named else mount.source)}"


def _require_room_for_the_app(mounts: tuple[Mount, ...]) -> None:
    for mount in mounts:
        if any(f"{path}/".startswith(f"{mount.target.rstrip('/')}/") for path in OF_THE_APP):
            raise ValueError(
                f"volumes: {mount.target} would hide the app in its image; mount something below it"
            )
