"""What a compose file says of what runs beside an app: servers of data, workers, and how the app hears of them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from deploytasks.agent.frozen import frozen
from deploytasks.errors import SourceError
from deploytasks.source.text_file import text_by_hand

COMPOSE_FILES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
IMAGES = {
    "postgres": "postgres",
    "postgis": "postgres",
    "pgvector": "postgres",
    "redis": "redis",
    "valkey": "redis",
}
"""The last part of an image's name, and the service of ours that has the same server."""
SCALARS = (str, int, float)
"""What is written out; lists in lists, which aliases can make endless, say nothing here."""
IN_FRONT = ("nginx", "traefik", "caddy", "haproxy", "apache", "httpd", "certbot", "swag")
"""Parts of the names of images that stand before an app, as its web server does."""
WORKERS = (
    "celery",
    "rq",
    "rqworker",
    "dramatiq",
    "arq",
    "taskiq",
    "huey_consumer",
    "huey_consumer.py",
    "procrastinate",
)
"""Programs that do an app's jobs."""


@frozen
class ServiceCommand:
    """The *command* of a service that is built of the source, as *file* has it on *line*, from 1 on."""

    command: str
    file: str
    line: int


@frozen
class Beside:
    """What *file* has beside an app: *services* of ours by image, *workers* by name, the app's own *environment*.

    *others* are the images, by name, of which we have no service.
    """

    file: str = ""
    services: tuple[str, ...] = ()
    workers: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)


def compose_file_in(root: Path) -> str:
    """The name of the compose file of the source at *root*; empty where there is none."""
    return next((name for name in COMPOSE_FILES if (root / name).is_file()), "")


def service_commands(root: Path) -> tuple[ServiceCommand, ...]:
    """What services that are built of the source at *root* start, but for what their images say."""
    file = compose_file_in(root)
    built = [(name, one) for name, one in _definitions(root / file) if "build" in one] if file else []
    said = [(name, _text(one.get("command"))) for name, one in built]
    return tuple(ServiceCommand(command, file, _line(root / file, name)) for name, command in said if command)


def _line(path: Path, service: str) -> int:
    """The line of the command of *service*."""
    lines = text_by_hand(path, "replace").splitlines()
    begin = next(
        (at for at, line in enumerate(lines) if re.match(rf"\s+[\"']?{re.escape(service)}[\"']?\s*:", line)),
        0,
    )
    below = (
        at for at, line in enumerate(lines[begin:], begin + 1) if re.search(r"\bcommand[\"']?\s*:", line)
    )
    return next(below, begin + 1)


def beside_app(root: Path) -> Beside:
    """What the compose file of the source at *root* says; nothing where there is none, or none that can be read."""
    file = compose_file_in(root)
    definitions = [*_definitions(root / file)] if file else []
    services = [IMAGES[base] for _, one in definitions if (base := _base(one.get("image"))) in IMAGES]
    built = [(name, one) for name, one in definitions if "build" in one]
    workers = {name: command for name, one in built if _is_worker(command := _text(one.get("command")))}
    environment = {key: value for _, one in built for key, value in _pairs(one.get("environment"))}
    strange = {
        name: str(one["image"]) for name, one in definitions if "build" not in one and _is_strange(one)
    }
    return Beside(file, tuple(dict.fromkeys(services)), workers, environment, strange)


def _is_strange(definition: Mapping[str, Any]) -> bool:
    """Whether it is a server of data, or of something else, that no service of ours is and no web server replaces."""
    base = _base(definition.get("image"))
    return bool(base) and base not in IMAGES and not any(name in base for name in IN_FRONT)


def _definitions(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    import yaml

    try:
        document = yaml.safe_load(text_by_hand(path, "replace"))
    except (OSError, ValueError, RecursionError, SourceError, yaml.YAMLError):
        return
    services = document.get("services") if isinstance(document, dict) else None
    for name, definition in (services if isinstance(services, dict) else {}).items():
        if isinstance(definition, dict):
            yield str(name), definition


def _base(image: object) -> str:
    """``postgres`` of ``docker.io/library/postgres:16-alpine``."""
    return image.rpartition("/")[2].partition(":")[0] if isinstance(image, str) else ""


def _text(command: object) -> str:
    """A command as a line of the shell."""
    if isinstance(command, list):
        return shlex.join(str(word) for word in command if isinstance(word, SCALARS))
    return command.replace("$$", "$") if isinstance(command, str) else ""


def _is_worker(command: str) -> bool:
    words = command.split()
    return bool(words) and words[0].rpartition("/")[2] in WORKERS


def _pairs(environment: object) -> Iterator[tuple[str, str]]:
    if isinstance(environment, dict):
        plain = ((name, value) for name, value in environment.items() if isinstance(value, SCALARS))
        yield from ((str(name), str(value)) for name, value in plain)
    elif isinstance(environment, list):
        lines = (line for line in environment if isinstance(line, str))
        yield from ((name, value) for name, _, value in (line.partition("=") for line in lines))
