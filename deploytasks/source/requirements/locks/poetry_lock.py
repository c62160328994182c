"""A poetry.lock (1.0 to 2.1), turned into requirement lines: the main group, no extras.

Since 2.1 each package says which groups need it and under which markers. Before, that follows from the
dependencies in pyproject.toml and the edges of the lock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deploytasks.errors import SourceError
from deploytasks.source.requirements.git_package import package_of
from deploytasks.source.requirements.local_package import package_at
from deploytasks.source.requirements.locks.condition import Node, Tangled, conditions
from deploytasks.source.requirements.markers import all_of, with_extras
from deploytasks.source.requirements.poetry_constraint import python_marker
from deploytasks.source.requirements.pyproject import NAME as PYPROJECT
from deploytasks.source.requirements.pyproject import declared_names
from deploytasks.source.requirements.requirement import Requirement, normal_name, parse_requirement
from deploytasks.source.requirements.requirements import Requirements
from deploytasks.source.requirements.toml_shapes import PoetryLock, PyProject
from deploytasks.source.toml_file import line_of, read_toml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from deploytasks.source.requirements.own_package import OwnPackage

NAME = "poetry.lock"

_APP = Node("")
_PLACES = ("directory", "file")
_KNOWN = {"1.0", "1.1", "2.0", "2.1"}


def read_poetry_lock(path: Path) -> Requirements:
    """The requirements of *path*, with hashes.

    Raises ``SourceError`` for an unknown version, for a lock that lacks something that ``pyproject.toml``
    beside it wants, and for packages that a host cannot fetch.
    """
    lock = read_toml(path, PoetryLock)
    version = str(lock.get("metadata", {}).get("lock-version", "1.0"))
    if version not in _KNOWN:
        raise SourceError(f"{path}: unknown version {version}; expected {', '.join(sorted(_KNOWN))}")
    pyproject = path.with_name(PYPROJECT)
    _refuse_missing(
        path, declared_names(pyproject), {normal_name(package["name"]) for package in lock["package"]}
    )
    markers = (
        _markers_by_group(lock)
        if version == "2.1"
        else _markers_by_paths(path, lock, read_toml(pyproject, PyProject))
    )
    packages = [
        (package, markers[_node(package)]) for package in lock["package"] if _node(package) in markers
    ]
    return Requirements.of([_line(path, lock, *wanted) for wanted in packages], path.name)


def _node(package: Mapping[str, Any]) -> Node:
    return Node(normal_name(package["name"]), package["version"])


def _refuse_missing(path: Path, wanted: frozenset[str], locked: set[str]) -> None:
    missing = sorted(wanted - locked)
    if missing:
        raise SourceError(f"{path}: older than {PYPROJECT}, lacks {', '.join(missing)}; run: poetry lock")


def _markers_by_group(lock: Mapping[str, Any]) -> dict[Node, str]:
    markers = {}
    for package in lock["package"]:
        marker = package.get("markers", "")
        main = with_extras(marker.get("main", "") if isinstance(marker, dict) else marker)
        if "main" in package["groups"] and not package.get("optional") and main is not None:
            markers[_node(package)] = main
    return markers


def _markers_by_paths(path: Path, lock: Mapping[str, Any], pyproject: Mapping[str, Any]) -> dict[Node, str]:
    wanted = pyproject.get("tool", {}).get("poetry", {}).get("dependencies", {})
    app = {"dependencies": {name: value for name, value in wanted.items() if name != "python"}}
    by_node = {_APP: app, **{_node(package): package for package in lock["package"]}}
    try:
        found = conditions(_APP, lambda node: _edges(path, node, by_node))
    except Tangled as error:
        raise SourceError(f"{path}: its markers are tangled; run: poetry lock, with Poetry 2") from error
    return {node: str(condition) for node, condition in found.items() if not node.extra and node != _APP}


def _edges(path: Path, node: Node, by_node: Mapping[Node, Mapping[str, Any]]) -> Iterator[tuple[Node, str]]:
    package = by_node[node._replace(extra="")]
    for name, given in package.get("dependencies", {}).items():
        for edge in given if isinstance(given, list) else [given]:
            details = edge if isinstance(edge, dict) else {}
            marker = _marker(details, node.extra)
            if marker is not None:
                target = _locked(path, normal_name(name), by_node)
                for extra in ("", *details.get("extras", ())):
                    yield target._replace(extra=extra), marker


def _marker(details: Mapping[str, Any], extra: str) -> str | None:
    """The marker of a dependency, given one wanted extra or none; None when it is not wanted then."""
    given = details.get("markers", "")
    if details.get("optional") and "extra" not in given:
        return None
    platform = details.get("platform")
    parts = [
        with_extras(given, [extra] if extra else ()),
        python_marker(details.get("python", "*")),
        f'sys_platform == "{platform}"' if platform else "",
    ]
    return None if None in parts else all_of([part for part in parts if part])


def _locked(path: Path, name: str, by_node: Mapping[Node, Mapping[str, Any]]) -> Node:
    nodes = [node for node in by_node if node.name == name]
    if not nodes:
        _refuse_missing(path, frozenset({name}), set())
    if len(nodes) > 1:
        raise SourceError(f"{path}: holds {name} in several versions; run: poetry lock, with Poetry 2")
    return nodes[0]


def _line(path: Path, lock: Mapping[str, Any], package: Mapping[str, Any], marker: str) -> Requirement:
    name = package["name"]
    where = line_of(path, f'name = "{name}"')
    try:
        own = _own(path, package, where)
        if own:
            return Requirement.of(own, marker)
        requirement = parse_requirement(_origin(package) + (f" ; {marker}" if marker else ""))
    except ValueError as error:
        raise SourceError(f"{where}: {name}: {error}") from error
    return requirement.hashed(_hashes(lock, package))


def _own(path: Path, package: Mapping[str, Any], where: str) -> OwnPackage | None:
    """What has to be built here."""
    name, source = package["name"], package.get("source", {})
    kind, url = source.get("type"), source.get("url", "")
    if kind == "git":
        return package_of(name, url, source["resolved_reference"], source.get("subdirectory", ""), where)
    return package_at(path.parent, path.parent / url, name, where) if kind in _PLACES else None


def _origin(package: Mapping[str, Any]) -> str:
    name, source = package["name"], package.get("source", {})
    return f"{name} @ {source['url']}" if source.get("type") == "url" else f"{name}=={package['version']}"


def _hashes(lock: Mapping[str, Any], package: Mapping[str, Any]) -> list[str]:
    name, metadata = package["name"], lock["metadata"]
    files = package.get("files") or metadata.get("files", {}).get(name, [])
    bare = [f"sha256:{digest}" for digest in metadata.get("hashes", {}).get(name, [])]
    return bare or [file["hash"] for file in files]
