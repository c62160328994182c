"""The tasks that bring Docker targets up and down."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from deploytasks.here.paths import seen_from

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploytasks.targets import Target

OF_APP = ("app_name", "app_source", "app_callable")
"""What the project's own inventory says, and not the target's."""


def bring_up(name: str, image: str) -> None:
    """A target called *name*, and how to use it."""
    from deploytasks.targets import up

    target = up(name, image, say=print)
    print(f"{name} is up; to deploy this app to it:")
    print(f"  {shlex.join(deploying(target))}")


def deploying(target: Target) -> list[str]:
    """The command line that deploys the app of this directory to *target*."""
    app = [word for name, value in _app_here() for word in ("--extra-vars", f"{name}={shlex.quote(value)}")]
    place = ["--host", target.name, "--inventory", seen_from(target.inventory, ".")]
    return ["inv", "deploy", *place, *app]


def _app_here() -> Iterator[tuple[str, str]]:
    """The app of this directory's inventory, or one named after the directory."""
    from deploytasks.cli.app_name import app_name
    from deploytasks.cli.chosen import USUAL
    from deploytasks.errors import ConfigError
    from deploytasks.inventory import Inventory

    try:
        hosts = Inventory.load(USUAL).hosts
    except ConfigError:
        hosts = ()
    known = next((host.variables for host in hosts if "app_name" in host.variables), {})
    said = {name: str(known[name]) for name in OF_APP if name in known}
    yield from ({"app_name": app_name(Path.cwd().name)} | said).items()


def take_down(name: str) -> None:
    """The target called *name* is gone."""
    from deploytasks.targets import down

    down(name, say=print)
