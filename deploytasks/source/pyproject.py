"""A pyproject.toml: the requirements that the app itself declares."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from deploytasks.errors import SourceError
from deploytasks.source.requirement import Requirement, normal_name, parse_requirement
from deploytasks.source.toml_file import line_of, read_toml
from deploytasks.source.toml_shapes import PyProject

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

NAME = "pyproject.toml"

_NAME = re.compile(r"[A-Za-z0-9._-]+")


def declares_requirements(path: Path) -> bool:
    """Whether *path* is about an app rather than about tools only."""
    return path.is_file() and bool({"project", "poetry"} & _tables(read_toml(path, PyProject)))


def declared(path: Path, extras: Collection[str] = ()) -> list[Requirement]:
    """The dependencies of ``[project]`` (PEP 621), and of those of its extras that are asked for.

    Raises ``SourceError`` with file and line for one that is malformed or that is not in the file at all.
    """
    content = read_toml(path, PyProject)
    project = content.get("project", {})
    if "dependencies" in project.get("dynamic", ()):
        raise SourceError(
            f"{line_of(path, 'dynamic')}: the dependencies are dynamic, known only to a build; "
            "write a lock file (uv lock) or set app_requirements=requirements.txt"
        )
    if "poetry" in _tables(content) and "dependencies" not in project:
        raise SourceError(f"{path}: Poetry's dependencies need a lock; run: poetry lock")
    texts = [*project.get("dependencies", ()), *_of_extras(path, project, extras)]
    return [_requirement(path, text) for text in texts]


def declared_names(path: Path) -> frozenset[str]:
    """The normal names of the dependencies that ``[project]`` lists; none without the file."""
    texts = read_toml(path, PyProject).get("project", {}).get("dependencies", ()) if path.is_file() else ()
    return frozenset(normal_name(match[0]) for text in texts if (match := _NAME.match(text)))


def poetry_sources(path: Path) -> Iterator[tuple[Path, int, str, str]]:
    """Each index of ``[[tool.poetry.source]]`` in *path*: where, ``index`` or ``extra``, and its URL."""
    content = read_toml(path, PyProject)
    for source in content.get("tool", {}).get("poetry", {}).get("source", ()):
        first = source.get("priority") in ("primary", "default") or source.get("default")
        if source.get("url"):
            line = int(line_of(path, source["url"]).rpartition(":")[2])
            yield path, line, "index" if first else "extra", source["url"]


def _tables(content: dict[str, Any]) -> set[str]:
    tools: dict[str, Any] = content.get("tool", {})
    return ({"project"} & content.keys()) | ({"poetry"} & tools.keys())


def _of_extras(path: Path, project: dict[str, Any], extras: Collection[str]) -> list[str]:
    offered = {normal_name(name): texts for name, texts in project.get("optional-dependencies", {}).items()}
    unknown = [extra for extra in extras if normal_name(extra) not in offered]
    if unknown:
        raise SourceError(f"{path}: has no extra {unknown[0]!r}; it has: {', '.join(offered) or 'none'}")
    return [text for extra in extras for text in offered[normal_name(extra)]]


def _requirement(path: Path, text: str) -> Requirement:
    try:
        return parse_requirement(text)
    except ValueError as error:
        raise SourceError(f"{line_of(path, text)}: {text}: {error}") from error
