"""What the files of a project let one propose for its inventory, each with the reason."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from deploytasks.agent.regex import regex
from deploytasks.errors import SourceError
from deploytasks.source.advice.build_needs import WITHOUT_WHEELS, packages_for
from deploytasks.source.advice.health_proposal import health
from deploytasks.source.advice.proposal import Proposal
from deploytasks.source.advice.run_needs import LOADED
from deploytasks.source.advice.service_proposals import processes, services
from deploytasks.source.advice.wanted_environment import wanted_environment
from deploytasks.source.advice.written_places import written_places
from deploytasks.source.processes.compose_services import beside_app, compose_file_in
from deploytasks.source.processes.dockerfile import NAME as DOCKERFILE
from deploytasks.source.processes.dockerfile import read_dockerfile
from deploytasks.source.processes.procfile import read_procfile
from deploytasks.source.processes.web_command import makes_files
from deploytasks.source.processes.web_line import find_web_line
from deploytasks.source.text_file import text_in

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

EXAMPLES = (".env.example", ".env.sample", ".env.template")
OF_EACH_IMAGE = {"apt-utils", "build-essential", "ca-certificates", "curl", "git", "gnupg", "python3", "wget"}
"""Packages that images have for their making, or that a host has."""
OF_SERVICES = {"DATABASE_URL", "REDIS_URL"}
"""What app_services brings."""
ENV_NAME = regex(r"^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=", re.MULTILINE)


def proposals(
    root: Path, paths: Sequence[str], names: frozenset[str], framework: str, below: str = ""
) -> Iterator[Proposal]:
    """What to write for the source at *root*, of whose files *paths* travel; *names* are the packages it requires.

    Its processes run in the directory *below* it.
    """
    beside, procfile = beside_app(root), read_procfile(root)
    yield from processes(root / below, names, beside, procfile)
    yield from _builds(root)
    yield from services(beside, names, _example(root))
    yield from _shared(root, paths, names)
    yield from _environment(root)
    yield from _wanted(root, paths)
    yield from _packages(root, names)
    yield from health(root, paths, framework)
    yield from _images(root)


def _builds(root: Path) -> Iterator[Proposal]:
    """What is made before the server starts, but for static files, which Django gathers in each release."""
    line = find_web_line(root)
    command = None
    with suppress(SourceError):
        command = line.read(root) if line else None
    lines = [one for one in command.before if makes_files(one)] if command else []
    if lines:
        told = f"run before the server in {line}; here it would be run on this machine"
        yield Proposal(told, f"app_build={json.dumps(lines)}", is_asked=True)


def _example(root: Path) -> dict[str, str]:
    """The environment that an example file has, which shows the names and forms that an app reads."""
    from dotenv import dotenv_values

    path = next((root / name for name in EXAMPLES if (root / name).is_file()), None)
    text = io.StringIO(text_in(path, "replace") if path else "")
    found = dotenv_values(stream=text, interpolate=False)
    return {name: value or "" for name, value in found.items()}


def _shared(root: Path, paths: Sequence[str], names: frozenset[str]) -> Iterator[Proposal]:
    places = written_places(root, paths, names)
    if places:
        where = ", ".join(f"{place.path} ({place.where})" for place in places)
        value = json.dumps([place.path for place in places])
        yield Proposal(f"written by the app, so kept from release to release: {where}", f"app_shared={value}")


def _environment(root: Path) -> Iterator[Proposal]:
    for name in (".env", *EXAMPLES):
        path = root / name
        if path.is_file():
            found = ", ".join(dict.fromkeys(ENV_NAME.findall(text_in(path, "replace"))))
            line = f"app_env_file={path if name == '.env' else root / '.env'}"
            yield Proposal(f"{name} has {found or 'nothing yet'}", line, is_asked=name != ".env")
            return


def _wanted(root: Path, paths: Sequence[str]) -> Iterator[Proposal]:
    """The environment that the app cannot do without, and that neither a .env nor a service gives it."""
    given = set(ENV_NAME.findall(text_in(root / ".env", "replace"))) if (root / ".env").is_file() else set()
    wanted = wanted_environment(root, paths)
    left = {name: where for name, where in wanted.items() if name not in given | OF_SERVICES}
    if left:
        where = ", ".join(f"{name} ({place})" for name, place in left.items())
        yield Proposal(
            f"wanted by the app in its environment: {where}",
            f"app_env={json.dumps(dict.fromkeys(left, '...'))}",
            is_asked=True,
        )


def _packages(root: Path, names: frozenset[str]) -> Iterator[Proposal]:
    built = [name for name in WITHOUT_WHEELS if name in names]
    loading = [name for name in LOADED if name in names]
    wanted = dict.fromkeys(package for name in built for package in packages_for(name))
    wanted |= dict.fromkeys(package for name in loading for package in LOADED[name])
    if wanted:
        why = (
            f"to {verb} {', '.join(found)}" for verb, found in (("build", built), ("run", loading)) if found
        )
        yield Proposal("; ".join(why), f"app_packages={json.dumps([*wanted])}")
    in_image = read_dockerfile(root / DOCKERFILE).packages
    others = {name: line for name, line in in_image.items() if name not in OF_EACH_IMAGE | wanted.keys()}
    if others:
        told = f"{DOCKERFILE}:{min(others.values())} installs them in its image; if the app needs them"
        yield Proposal(told, f"app_packages={json.dumps([*wanted, *others])}", is_asked=True)


def _images(root: Path) -> Iterator[Proposal]:
    compose = compose_file_in(root)
    if compose:
        yield Proposal(f"{compose} is there; to run what it says", "app_runtime=compose", is_asked=True)
    if (root / DOCKERFILE).is_file():
        exposed = [*read_dockerfile(root / DOCKERFILE).ports]
        port = f"\n# docker_port={exposed[0]}" if len(exposed) == 1 else ""
        yield Proposal("a Dockerfile is there; to run its image", f"app_runtime=docker{port}", is_asked=True)
