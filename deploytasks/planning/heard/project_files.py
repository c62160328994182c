"""What other files of a project say: packages, indexes, the port of an image; and which of them are not used."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from deploytasks.inventory.origin import SOURCE, Origin, Setting
from deploytasks.planning.heard.statement import Heard, Variable
from deploytasks.planning.wanted_parts import server_of
from deploytasks.source.unused import OF_A_RUNTIME, OF_A_SERVER, read_aptfile, unused_files

if TYPE_CHECKING:
    from pathlib import Path

    from deploytasks.inventory import Host

FLASKENV = ".flaskenv"
POETRY = "poetry.lock"
LOCKS = ("uv.lock", "pylock.toml", POETRY)
"""What is installed from in the place of a requirements.txt."""


def of_aptfile(host: Host, directory: Path) -> Heard:
    """The packages that an Aptfile names."""
    del host
    packages = read_aptfile(directory)
    if packages:
        yield Variable("app_packages", Setting([*packages], Origin("Aptfile", 1, SOURCE)))


def of_indexes(host: Host, directory: Path) -> Heard:
    """The indexes that the file of the app's requirements names; Poetry's sources."""
    found = [*_indexes(directory, host.variables.get("app_requirements"))]
    for kind, variable in (("index", "pip_index_url"), ("extra", "pip_extra_index_urls")):
        said = [(file, line, url) for file, line, what, url in found if what == kind]
        if said:
            file, line, url = said[-1]
            origin = Origin(os.path.relpath(file, directory), line, SOURCE)
            yield Variable(
                variable, Setting(url if kind == "index" else [each for _, _, each in said], origin)
            )


def _indexes(directory: Path, named: object) -> Iterator[tuple[Path, int, str, str]]:
    """Where each is named, how, and its URL."""
    path = directory / (named if isinstance(named, str) else "requirements.txt")
    lock = next((name for name in LOCKS if (directory / name).is_file()), "") if named is None else ""
    if lock == POETRY:
        from deploytasks.source.pyproject import poetry_sources

        yield from poetry_sources(directory / "pyproject.toml")
    elif not lock and path.is_file() and path.suffix in (".txt", ".in"):
        from deploytasks.source.requirements_txt import indexes_in

        yield from indexes_in(path)


def of_dockerfile(host: Host, directory: Path) -> Heard:
    """The port at which an image of the project's own listens, where it says one."""
    name = str(host.variables.get("docker_dockerfile", "Dockerfile"))
    if host.variables.get("app_runtime") == "docker":
        from deploytasks.source.dockerfile import exposed_ports

        ports = exposed_ports(directory / name)
        if len(ports) == 1:
            (port, line), *_ = ports.items()
            yield Variable("docker_port", Setting(port, Origin(name, line, SOURCE)))


def of_flaskenv(host: Host, directory: Path) -> Heard:
    """A note of what is for development; the rest is the environment of all that runs of the app."""
    del host
    if (directory / FLASKENV).is_file():
        from deploytasks.source.flaskenv import read_flaskenv

        for said in read_flaskenv(directory):
            if said.is_of_a_laptop:
                yield f"{FLASKENV}:{said.line}: {said.name} is not used: it is for development"


def of_unused_files(host: Host, directory: Path) -> Heard:
    """Files by which others deploy the project; of those that *app_known* names nothing is told."""
    known = host.variables.get("app_known", ())
    used = {
        *OF_A_SERVER.get(server_of(host), ()),
        *OF_A_RUNTIME.get(str(host.variables.get("app_runtime")), ()),
        *(origin.file for origin in host.origins.values() if origin.level == SOURCE),
        *(known if isinstance(known, list | tuple) else ()),
    }
    left = "; ".join(unused_files(directory, frozenset(map(str, used))))
    if left:
        yield f"not used: {left}"
