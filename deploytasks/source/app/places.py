"""The directories of a repository in which an app is, where its root has none."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PurePosixPath

from deploytasks.agent.frozen import frozen
from deploytasks.errors import SourceError, VariableError
from deploytasks.source.app.detection import detect_callable
from deploytasks.source.app.flask_rules import app_in
from deploytasks.source.code.app_ref import AppRef
from deploytasks.source.code.modules import Modules
from deploytasks.source.code.own_code import own_code
from deploytasks.source.requirements.lockfile import requirements_file
from deploytasks.source.requirements.locks.uv_lock import members_of

NAMES = {"wsgi", "asgi", "app", "main", "server", "manage", "application"}
"""Modules that have an app, or lead to it."""


@frozen
class Place:
    """The directory *source* of a repository says what its *app* needs, whose imports start *below* it.

    *below* is empty where they are found by themselves.
    """

    source: str
    below: str
    app: AppRef

    def __str__(self) -> str:
        below = f" app_directory={self.below}" if self.below else ""
        return f"app_source={self.source}{below} app_callable={self.app}"


def places(root: Path, paths: Iterable[str]) -> tuple[Place, ...]:
    """Each place that the files *paths* of the repository at *root* show, the highest first."""
    found: dict[str, AppRef] = {}
    for path in own_code(sorted(paths, key=lambda path: path.count("/"))):
        start, module = _imported_from(root, path)
        if _may_lead_to_an_app(path, module) and start != "." and start not in found:
            found.update((start, app) for app in _apps(root, start, module))
    return tuple(
        Place(*_of_start(root, start), replace(app, found=f"{start}/{app.found}"))
        for start, app in found.items()
    )


def _imported_from(root: Path, path: str) -> tuple[str, str]:
    """Where imports have to start for the file *path*, and what it is called there."""
    place = PurePosixPath(path.removesuffix(".py").removesuffix("/__init__"))
    parts = [place.name]
    while place.parent.name and (root / place.parent / "__init__.py").is_file():
        place = place.parent
        parts.insert(0, place.name)
    return place.parent.as_posix(), ".".join(parts)


def _may_lead_to_an_app(path: str, module: str) -> bool:
    """Whether the file *path* is called as such modules are, or is a package where imports start."""
    *parents, name = module.split(".")
    return name in NAMES or (not parents and path.endswith("/__init__.py"))


def _apps(root: Path, start: str, module: str) -> Iterator[AppRef]:
    """The app that is found from *start* on, else that of *module*."""
    try:
        yield detect_callable(root / start)
    except (SourceError, VariableError):
        modules = Modules(root / start, (".",))
        found = modules.find(module)
        app = app_in(modules, found) if found else ""
        if isinstance(app, AppRef):
            yield app


def _of_start(root: Path, start: str) -> tuple[str, str]:
    """The directory at or above *start* that says what is needed, and where imports start from there."""
    place = PurePosixPath(start)
    workspaces = (one for one in place.parents if _has_member(root / one / "uv.lock", start, one))
    above = (one for one in (place, *place.parents) if _says_what_is_needed(root / one))
    source = next(workspaces, None) or next(above, PurePosixPath())
    below = posixpath.relpath(start, source)
    return source.as_posix(), "" if below in (".", "src") else below


def _has_member(lock: Path, start: str, at: PurePosixPath) -> bool:
    """Whether *start* is in a member of the workspace *at* whose lock that is."""
    with suppress(SourceError):
        members = members_of(lock) if lock.is_file() else ()
        inner = posixpath.relpath(start, at)
        return any(f"{inner}/".startswith(f"{member}/") for member in members)
    return False


def _says_what_is_needed(directory: Path) -> bool:
    try:
        return requirements_file(directory) is not None
    except SourceError:
        return False
