"""A pyproject.toml: the requirements that the app itself declares."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from deploytasks.agent.regex import regex
from deploytasks.errors import SourceError
from deploytasks.source.requirements.git_package import git_package
from deploytasks.source.requirements.index import Index, with_login
from deploytasks.source.requirements.requirement import (
    Requirement,
    checked_marker,
    normal_name,
    parse_requirement,
)
from deploytasks.source.toml_file import line_of, read_toml

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

NAME = "pyproject.toml"

_NAME = regex(r"[A-Za-z0-9._-]+")


def _read(path: Path) -> dict[str, Any]:
    from deploytasks.source.requirements.toml_shapes import PyProject

    return read_toml(path, PyProject)


def declares_requirements(path: Path) -> bool:
    """Whether *path* is about an app rather than about tools only."""
    return path.is_file() and bool({"project", "poetry"} & _tables(_read(path)))


def declared(path: Path, extras: Collection[str] = ()) -> list[Requirement]:
    """The dependencies of ``[project]`` (PEP 621), and of those of its extras that are asked for.

    Raises ``SourceError`` with file and line for one that is malformed or that is not in the file at all.
    """
    content = _read(path)
    project = content.get("project", {})
    if "dependencies" in project.get("dynamic", ()):
        raise SourceError(
            f"{line_of(path, 'dynamic')}: the dependencies are dynamic, known only to a build; "
            "write a lock file (uv lock) or set app_requirements=requirements.txt"
        )
    if "poetry" in _tables(content) and "dependencies" not in project:
        raise SourceError(f"{path}: Poetry's dependencies need a lock; run: poetry lock")
    texts = [*project.get("dependencies", ()), *_of_extras(path, project, extras)]
    return [_requirement(path, text, _of_tool(path, "uv").get("sources", {})) for text in texts]


def declared_names(path: Path) -> frozenset[str]:
    """The normal names of the dependencies that ``[project]`` lists; none without the file."""
    texts = _read(path).get("project", {}).get("dependencies", ()) if path.is_file() else ()
    return frozenset(normal_name(match[0]) for text in texts if (match := _NAME.match(text)))


def poetry_sources(path: Path) -> Iterator[Index]:
    """Each index of ``[[tool.poetry.source]]`` in *path*, with the login that Poetry's variables hold."""
    for source in _of_tool(path, "poetry").get("source", ()):
        first = source.get("priority") in ("primary", "default") or source.get("default")
        if source.get("url"):
            word = f"POETRY_HTTP_BASIC_{_upper(source.get('name', ''))}"
            yield _index(path, source["url"], f"{word}_USERNAME", f"{word}_PASSWORD", first=bool(first))


def uv_indexes(path: Path) -> Iterator[Index]:
    """Each index of ``[[tool.uv.index]]`` in *path*, with the login that uv's variables hold."""
    for source in _of_tool(path, "uv").get("index", ()):
        word = f"UV_INDEX_{_upper(source.get('name', ''))}"
        first = bool(source.get("default"))
        yield _index(path, source["url"], f"{word}_USERNAME", f"{word}_PASSWORD", first=first)


def _of_tool(path: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = _read(path).get("tool", {}).get(name, {}) if path.is_file() else {}
    return found


def _index(path: Path, url: str, user: str, password: str, *, first: bool) -> Index:
    line = int(line_of(path, url).rpartition(":")[2])
    return Index.at(path, line, "index" if first else "extra", with_login(url, user, password))


def _upper(name: str) -> str:
    return re.sub(r"[^A-Z0-9]", "_", name.upper())


def _tables(content: dict[str, Any]) -> set[str]:
    tools: dict[str, Any] = content.get("tool", {})
    return ({"project"} & content.keys()) | ({"poetry"} & tools.keys())


def _of_extras(path: Path, project: dict[str, Any], extras: Collection[str]) -> list[str]:
    offered = {normal_name(name): texts for name, texts in project.get("optional-dependencies", {}).items()}
    unknown = [extra for extra in extras if normal_name(extra) not in offered]
    if unknown:
        raise SourceError(f"{path}: has no extra {unknown[0]!r}; it has: {', '.join(offered) or 'none'}")
    return [text for extra in extras for text in offered[normal_name(extra)]]


def _requirement(path: Path, text: str, sources: Collection[str]) -> Requirement:
    where = line_of(path, text)
    try:
        package = git_package(text, where)
        wanted = (
            Requirement.of(package, checked_marker(text.partition(" ;")[2]))
            if package
            else parse_requirement(text)
        )
    except ValueError as error:
        raise SourceError(f"{where}: {text}: {error}") from error
    if wanted.name in map(normal_name, sources):
        raise SourceError(
            f"{where}: [tool.uv.sources] says where {wanted.name} comes from, which uv reads alone; run: uv lock"
        )
    return wanted
