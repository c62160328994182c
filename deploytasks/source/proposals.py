"""What the files of a project let one propose for its inventory, each with the reason."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deploytasks.agent.conversation.visible import visible
from deploytasks.source.build_needs import WITHOUT_WHEELS, packages_for
from deploytasks.source.dockerfile import exposed_ports
from deploytasks.source.procfile import read_procfile
from deploytasks.source.syntax import syntax_of
from deploytasks.source.text_file import bytes_in, text_in
from deploytasks.source.unused import COMPOSE_FILES
from deploytasks.source.written_places import written_places

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MIGRATIONS = (
    ("migrations/alembic.ini", "flask db upgrade", "flask-migrate"),
    ("alembic.ini", "alembic upgrade head", "alembic"),
    ("manage.py", "python manage.py migrate --noinput", "django"),
)
"""A file, what brings the database up to date where it is there, and the package whose command that is."""
HEALTH = ("/health", "/healthz", "/ping", "/status", "/docs")
ROUTE = {"route", "get", "add_url_rule", "path", "add_route", "add_api_route"}
ENV_NAME = re.compile(r"^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=", re.MULTILINE)


@dataclass(frozen=True)
class Proposal:
    """A *line* for an inventory, why it is there, and whether a person has to take it in first."""

    why: str
    line: str
    is_asked: bool = False

    def __str__(self) -> str:
        return f"# {visible(self.why)}\n{'# ' if self.is_asked else ''}{self.line}"


def proposals(root: Path, paths: Sequence[str], names: frozenset[str], framework: str) -> Iterator[Proposal]:
    """What to write for the source at *root*, of whose files *paths* travel; *names* are the packages it requires."""
    yield from _release_command(root, names)
    yield from _shared(root, paths, names)
    yield from _environment(root)
    yield from _packages(names)
    yield from _health(root, paths, framework)
    yield from _images(root)


def _release_command(root: Path, names: frozenset[str]) -> Iterator[Proposal]:
    if "release" in read_procfile(root):
        return
    for file, command, package in MIGRATIONS:
        if (root / file).is_file() and package in names:
            value = json.dumps({"release": command})
            yield Proposal(f"{file} is there: run before each release serves", f"app_processes={value}")
            return


def _shared(root: Path, paths: Sequence[str], names: frozenset[str]) -> Iterator[Proposal]:
    places = written_places(root, paths, names)
    if places:
        where = ", ".join(f"{place.path} ({place.where})" for place in places)
        value = json.dumps([place.path for place in places])
        yield Proposal(f"written by the app, so kept from release to release: {where}", f"app_shared={value}")


def _environment(root: Path) -> Iterator[Proposal]:
    for name in (".env", ".env.example", ".env.sample", ".env.template"):
        path = root / name
        if path.is_file():
            found = ", ".join(dict.fromkeys(ENV_NAME.findall(text_in(path, "replace"))))
            line = f"app_env_file={path if name == '.env' else root / '.env'}"
            yield Proposal(f"{name} has {found or 'nothing yet'}", line, is_asked=name != ".env")
            return


def _packages(names: frozenset[str]) -> Iterator[Proposal]:
    built = [name for name in WITHOUT_WHEELS if name in names]
    if built:
        wanted = dict.fromkeys(package for name in built for package in packages_for(name))
        yield Proposal(f"to build {', '.join(built)}", f"app_packages={json.dumps([*wanted])}")


def _health(root: Path, paths: Sequence[str], framework: str) -> Iterator[Proposal]:
    """A path to ask for where the app has no front page, as an API has none."""
    if framework == "django":
        return
    routes = {route for path in paths if path.endswith(".py") for route in _routes(root / path)}
    found = next((path for path in HEALTH if path in routes), "/docs" if framework == "fastapi" else "")
    if routes and "/" not in routes and found:
        yield Proposal("no page is at /, which is asked for by default", f"app_health_path={found}")


def _routes(path: Path) -> Iterator[str]:
    try:
        tree = syntax_of(bytes_in(path))
    except (OSError, SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(attr=name) | ast.Name(id=name), args=[ast.Constant(value=str(url)), *_]
            ):
                if name in ROUTE and (url.startswith("/") or not url):
                    yield url or "/"


def _images(root: Path) -> Iterator[Proposal]:
    compose = next((name for name in COMPOSE_FILES if (root / name).is_file()), "")
    if compose:
        yield Proposal(f"{compose} is there; to run what it says", "app_runtime=compose", is_asked=True)
    dockerfile = root / "Dockerfile"
    if dockerfile.is_file():
        exposed = [*exposed_ports(dockerfile)]
        port = f"\n# docker_port={exposed[0]}" if len(exposed) == 1 else ""
        yield Proposal("a Dockerfile is there; to run its image", f"app_runtime=docker{port}", is_asked=True)
