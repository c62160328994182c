"""What the agent asks of the Docker engine on its own host: images, and the processes of containers."""

from __future__ import annotations

import re
from typing import FrozenSet, List, Mapping, Optional

from deploytasks.agent.engine.machine import Completed, Machine
from deploytasks.agent.errors import StepError

ADDRESS = "unix:///run/docker.sock"
CLIENT = ("docker", "--host", ADDRESS)
"""Named, so that no context and no variable of an app leads to another engine."""
APP_LABEL = "deploytasks.app"
"""The label of images and containers with the app that they belong to."""
PULL_TIMEOUT_S = 900.0
OLDEST_COMPOSE = (1, 27)
"""The first that needs no ``version`` in its file."""


def docker(
    machine: Machine, *words: str, timeout_s: float = 60, env: Optional[Mapping[str, str]] = None
) -> Completed:
    """How ``docker WORDS`` ends, with *env* besides; a host without Docker says 127. Images are built by BuildKit."""
    return machine.ask([*CLIENT, *words], {**(env or {}), "DOCKER_BUILDKIT": "1"}, timeout_s)


def answers(machine: Machine) -> bool:
    """Whether an engine is there and answers."""
    return docker(machine, "version", "--format", "{{.Server.Version}}").ok


def has_compose(machine: Machine) -> bool:
    """Whether there is Compose: the engine's plugin, or a program of its own that is not too old."""
    if docker(machine, "compose", "version").ok:
        return True
    said = machine.ask(["docker-compose", "version", "--short"])
    found = re.match(r"(\d+)\.(\d+)", said.stdout.strip().lstrip("v"))
    return said.ok and not (found and (int(found[1]), int(found[2])) < OLDEST_COMPOSE)


def has_image(machine: Machine, name: str) -> bool:
    """Whether the engine holds the image *name*, so that it need not be pulled."""
    return docker(machine, "image", "inspect", "--format", "{{.Id}}", name).ok


def require_image(machine: Machine, name: str, advice: str) -> None:
    """The engine holds the image *name*, pulled if need be; otherwise ``StepError`` says why not, and *advice*."""
    if has_image(machine, name):
        return
    machine.say("pulling %s" % name)
    pulled = docker(machine, "pull", "--quiet", name, timeout_s=PULL_TIMEOUT_S)
    if pulled.ok:
        return
    why = (pulled.output.splitlines() or ["no reason was given"])[-1].strip()
    raise StepError(
        "the image %s is not on this host and cannot be pulled (%s); "
        "bring it with `docker save %s | ssh HOST sudo docker load`%s" % (name, why, name, advice)
    )


def images(machine: Machine, *filters: str) -> List[str]:
    """The names of the engine's images that pass *filters* (docker-image-ls(1)), newest first."""
    chosen = [word for text in filters for word in ("--filter", text)]
    listing = docker(machine, "image", "ls", *chosen, "--format", "{{.Repository}}:{{.Tag}}")
    return [name for name in listing.stdout.split() if listing.ok and "<none>" not in name]


def images_of_others(machine: Machine) -> List[str]:
    """The names of images that are of no app's releases."""
    found = images(machine, "dangling=false")
    return [name for name in found if name not in images(machine, "label=" + APP_LABEL)]


def images_of(machine: Machine, app: str) -> List[str]:
    """The names of the images of the app *app*'s releases."""
    return images(machine, "label=%s=%s" % (APP_LABEL, app))


def processes_in(machine: Machine, container: str) -> FrozenSet[str]:
    """The processes of *container*, by their numbers on the host; none when it does not run."""
    listing = docker(machine, "top", container, "-eo", "pid")
    return frozenset(listing.stdout.split()[1:] if listing.ok else ())
