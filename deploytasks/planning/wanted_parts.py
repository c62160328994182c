"""Which parts a host's variables ask for, before anything is checked or made of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deploytasks.inventory import Host


def server_of(host: Host) -> str:
    """The name of the app's server."""
    return str(host.variables.get("app_server", "gunicorn"))


def has_own_command(host: Host, directory: Path) -> bool:
    """Whether web is started as an image of the project in *directory* says."""
    runtime = host.variables.get("app_runtime")
    dockerfile = host.variables.get("docker_dockerfile", "Dockerfile")
    return runtime == "compose" or (runtime == "docker" and (directory / str(dockerfile)).is_file())
