"""What was said in a source, and what it becomes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from deploytasks.inventory.origin import Origin, Setting

if TYPE_CHECKING:
    from deploytasks.inventory import Host
    from deploytasks.source.web_command import Said


@dataclass(frozen=True)
class Statement:
    """The source says at *where* that the setting *name* of a server is *value*."""

    where: Origin
    name: str
    value: Said


@dataclass(frozen=True)
class Variable:
    """What was heard: the variable *name* with its setting."""

    name: str
    setting: Setting


Heard: TypeAlias = Iterator[Variable | str]
"""Variables, and a note of each thing that becomes none."""


def server_of(host: Host) -> str:
    """The name of the app's server."""
    return str(host.variables.get("app_server", "gunicorn"))


def has_own_command(host: Host, directory: Path) -> bool:
    """Whether web is started as an image of the project's own says."""
    runtime = host.variables.get("app_runtime")
    dockerfile = host.variables.get("docker_dockerfile", "Dockerfile")
    return runtime == "compose" or (runtime == "docker" and (directory / str(dockerfile)).is_file())
