"""A Pipfile.lock, turned into requirement lines: what the app needs, without what its developers need."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from deploytasks.errors import SourceError
from deploytasks.source.requirements.git_package import package_of
from deploytasks.source.requirements.index import Index
from deploytasks.source.requirements.local_package import package_at
from deploytasks.source.requirements.requirement import Requirement, normal_name, parse_requirement
from deploytasks.source.requirements.requirements import Requirements
from deploytasks.source.requirements.toml_shapes import Pipfile, PipfileLock
from deploytasks.source.text_file import text_in
from deploytasks.source.toml_file import line_of, read_toml

if TYPE_CHECKING:
    from pathlib import Path

NAME = "Pipfile.lock"
PIPFILE = "Pipfile"
MAKE = "run: pipenv lock"


def read_pipfile_lock(path: Path) -> Requirements:
    """The requirements of *path*, with hashes.

    Raises ``SourceError`` when it lacks something that the ``Pipfile`` beside it wants, and for a package that is
    nowhere to be had.
    """
    packages: dict[str, dict[str, Any]] = _read(path).get("default", {})
    _refuse_stale(path, packages)
    lines = (_line(path, name, package) for name, package in packages.items())
    return Requirements.of([line for line in lines if line], NAME)


def pipfile_sources(path: Path) -> Iterator[Index]:
    """The indexes that *path* names; the first stands in the place of the public one."""
    sources = _read(path).get("_meta", {}).get("sources", [])
    for number, source in enumerate(sources):
        line = int(line_of(path, source["url"]).rpartition(":")[2])
        yield Index.at(path, line, "extra" if number else "index", source["url"])


def _read(path: Path) -> dict[str, Any]:
    import msgspec

    try:
        document: dict[str, Any] = json.loads(text_in(path))
        msgspec.convert(document, PipfileLock)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{path}: not what pipenv writes: {error}; {MAKE}") from error
    return document


def _refuse_stale(path: Path, packages: Mapping[str, Any]) -> None:
    pipfile = path.with_name(PIPFILE)
    wanted = read_toml(pipfile, Pipfile).get("packages", {}) if pipfile.is_file() else {}
    missing = sorted({*map(normal_name, wanted)} - {*map(normal_name, packages)})
    if missing:
        raise SourceError(f"{path}: older than {PIPFILE}, lacks {', '.join(missing)}; {MAKE}")


def _line(path: Path, name: str, package: Mapping[str, Any]) -> Requirement | None:
    """None for the app itself, which the release holds."""
    where = line_of(path, f'"{name}"')
    marker, extras = package.get("markers", ""), _extras(package)
    try:
        if "git" in package:
            subdirectory = package.get("subdirectory", "")
            own = package_of(name, package["git"], package.get("ref", ""), subdirectory, where, extras)
            return Requirement.of(own, marker)
        place = package.get("path") or package.get("file", "")
        if place and "://" not in place:
            root = path.parent
            same = (root / place).resolve() == root.resolve()
            return (
                None if same else Requirement.of(package_at(root, root / place, name, where, extras), marker)
            )
        version = f" @ {place}" if place else _version(package)
        text = f"{name}{extras}{version}" + (f" ; {marker}" if marker else "")
        return parse_requirement(text).hashed(package.get("hashes", []))
    except ValueError as error:
        raise SourceError(f"{where}: {name}: {error}") from error


def _extras(package: Mapping[str, Any]) -> str:
    extras = package.get("extras", ())
    return f"[{','.join(extras)}]" if extras else ""


def _version(package: Mapping[str, Any]) -> str:
    version: str = package.get("version", "")
    return "" if version == "*" else version
