"""Bring targets up and take them down; a directory of state remembers their keys and inventory."""

from __future__ import annotations

import shutil
from pathlib import Path

import docker
from docker.models.containers import Container

from deploytasks.agent.regex import regex
from deploytasks.errors import ConfigError
from deploytasks.here import locked
from deploytasks.targets.container import IMAGE_LABEL, NAME_LABEL, create_and_start, find, host_port
from deploytasks.targets.engine import Say, engine_errors, ensure_engine
from deploytasks.targets.entry import write_entry
from deploytasks.targets.image import ensure_image
from deploytasks.targets.inside import Inside
from deploytasks.targets.key import ensure_key, known_hosts_lines, public_half
from deploytasks.targets.target import Target

STATE = Path(".cache/targets")
NAME = regex(r"[a-z][a-z0-9-]{0,30}")


def quiet(_line: str) -> None:
    """Say nothing."""


def up(
    name: str, image: str = "debian12", *, copy_of: str = "", state: Path = STATE, say: Say = quiet
) -> Target:
    """A running target with its entry in *state*`/inventory.ini`: the one of that name, or a new one.

    A new one is bare, or begins as a copy of what `Target.keep_as` kept under the name *copy_of*.
    Raises `ConfigError` without an engine, or if *name* already runs another image.
    """
    if not NAME.fullmatch(name):
        raise ConfigError(f'target "{name}": not a host name\nuse lower-case letters, digits and "-"')
    state = state.absolute()
    client = ensure_engine(say)
    with locked(state / "lock"), engine_errors():
        (state / ".gitignore").write_text("*\n")  # keys are nobody else's
        target = target_in(running_container(client, state, name, image, copy_of, say), state)
        target.wait_until_up()
        introduce(target)
    return target


def down(name: str, *, state: Path = STATE, say: Say = quiet) -> None:
    """No container, volume, keys or inventory entry of *name* is left."""
    state = state.absolute()
    with locked(state / "lock"), engine_errors():
        for container in find(ensure_engine(say), state, name):
            container.remove(v=True, force=True)
        shutil.rmtree(state / name, ignore_errors=True)
        write_entry(state / "inventory.ini", name, None)


def names(*, state: Path = STATE, say: Say = quiet) -> list[str]:
    """The targets that *state* keeps, running or not."""
    return sorted(container.labels[NAME_LABEL] for container in find(ensure_engine(say), state.absolute()))


def running_container(
    client: docker.DockerClient, state: Path, name: str, image: str, copy_of: str, say: Say
) -> Container:
    for container in find(client, state, name):
        if (present := container.labels[IMAGE_LABEL]) != image:
            raise ConfigError(
                f'target "{name}": is {present}, not {image}\ntake it down first, or choose another name'
            )
        container.start()
        return container
    say(f"starting the target {name} ({image})")
    return create_and_start(client, state, name, copy_of or ensure_image(client, image, say))


def target_in(container: Container, state: Path) -> Target:
    name = container.labels[NAME_LABEL]
    return Target(
        name=name,
        image=container.labels[IMAGE_LABEL],
        ssh_port=host_port(container, "22/tcp"),
        http_port=host_port(container, "80/tcp"),
        https_port=host_port(container, "443/tcp"),
        key_file=ensure_key(state / "id_ed25519"),
        known_hosts=state / name / "known_hosts",
        inventory=state / "inventory.ini",
        container=container,
        inside=Inside(container),
    )


def introduce(target: Target) -> None:
    """To each other: the controller's key to *target*, its host keys and address to the controller."""
    target.authorize(public_half(target.key_file).read_text())
    public_keys = target.host_keys
    target.known_hosts.parent.mkdir(parents=True, exist_ok=True)
    target.known_hosts.write_text(known_hosts_lines(target.host, target.ssh_port, public_keys))
    write_entry(target.inventory, target.name, target.entry)
