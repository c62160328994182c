"""What other files of a project say: packages, indexes, the port of an image; and which of them are not used."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from deploytasks.errors import SourceError
from deploytasks.here.paths import seen_from
from deploytasks.inventory.origin import SOURCE, Origin, Setting
from deploytasks.planning.heard.statement import Heard, Variable
from deploytasks.planning.wanted_parts import server_of
from deploytasks.source.advice.unused import (
    OF_A_RUNTIME,
    OF_A_SERVER,
    OF_REQUIREMENTS,
    read_aptfile,
    unused_files,
)
from deploytasks.source.processes.procfile import NAME as PROCFILE
from deploytasks.source.processes.web_line import find_web_line
from deploytasks.source.requirements.lockfile import requirements_file

if TYPE_CHECKING:
    from pathlib import Path

    from deploytasks.inventory import Host
    from deploytasks.source.requirements.index import Index

FLASKENV = ".flaskenv"


def of_aptfile(host: Host, directory: Path) -> Heard:
    """The packages that an Aptfile names."""
    del host
    packages = read_aptfile(directory)
    if packages:
        yield Variable("app_packages", Setting([*packages], Origin("Aptfile", 1, SOURCE)))


def of_indexes(host: Host, directory: Path) -> Heard:
    """The indexes that the file of the app's requirements names, or one beside it that goes with it."""
    from deploytasks.source.requirements.indexes import indexes_of

    file = _requirements_file(host, directory)
    found = [*indexes_of(file)] if file else []
    first = [index for index in found if index.kind == "index"][-1:]
    others = [index for index in found if index.kind == "extra"]
    if first:
        yield Variable("pip_index_url", Setting(first[0].url, _origin(first[0], directory)))
    if others:
        urls = Setting([index.url for index in others], _origin(others[-1], directory))
        yield Variable("pip_extra_index_urls", urls)


def _requirements_file(host: Host, directory: Path) -> Path | None:
    named = host.variables.get("app_requirements")
    with suppress(SourceError):  # Told when the source is read, where it is missed.
        return requirements_file(directory, named if isinstance(named, str) else None)
    return None


def _origin(index: Index, directory: Path) -> Origin:
    return Origin(seen_from(index.path, directory), index.line, SOURCE)


def of_dockerfile(host: Host, directory: Path) -> Heard:
    """The port at which an image of the project's own listens, where it says one."""
    name = str(host.variables.get("docker_dockerfile", "Dockerfile"))
    if host.variables.get("app_runtime") == "docker":
        from deploytasks.source.processes.dockerfile import read_dockerfile

        ports = read_dockerfile(directory / name).ports
        if len(ports) == 1:
            (port, line), *_ = ports.items()
            yield Variable("docker_port", Setting(port, Origin(name, line, SOURCE)))


def of_flaskenv(host: Host, directory: Path) -> Heard:
    """A note of what is for development; the rest is the environment of all that runs of the app."""
    del host
    if (directory / FLASKENV).is_file():
        from deploytasks.source.app.flaskenv import read_flaskenv

        for said in read_flaskenv(directory):
            if said.is_of_a_laptop:
                yield f"{FLASKENV}:{said.line}: {said.name} is not used: it is for development"


def of_unused_files(host: Host, directory: Path) -> Heard:
    """Files by which others deploy the project; of those that *app_known* names nothing is told."""
    known = host.variables.get("app_known", ())
    web = find_web_line(directory)
    partly = {web.file, web.leads} - {PROCFILE} if web else set()
    used = {
        *OF_A_SERVER.get(server_of(host), ()),
        *OF_A_RUNTIME.get(str(host.variables.get("app_runtime")), ()),
        *_chosen_requirements(host, directory),
        host.variables.get("gunicorn_config_file"),
        *(
            origin.file
            for origin in host.origins.values()
            if origin.level == SOURCE and origin.file not in partly
        ),
        *(known if isinstance(known, list | tuple) else ()),
    }
    left = "; ".join(unused_files(directory, frozenset(map(str, used)), frozenset(partly)))
    if left:
        yield f"not used: {left}"


def _chosen_requirements(host: Host, directory: Path) -> tuple[str, ...]:
    """Who names a file has chosen among all; else the first that is there is used."""
    if "app_requirements" in host.variables:
        return OF_REQUIREMENTS
    file = _requirements_file(host, directory)
    return (file.name,) if file else ()
