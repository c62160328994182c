"""A uv.lock (version 1), turned into requirement lines where that can be done exactly.

Wanted is what the app itself depends on: no extras, no dependency groups. What comes from git or lies in the source is
built here. A package is needed when
all markers along one of the paths to it hold; uv leaves out a marker that the path implies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from deploytasks.errors import SourceError
from deploytasks.source.requirements.git_package import package_of
from deploytasks.source.requirements.local_package import package_at
from deploytasks.source.requirements.locks.condition import Node, Tangled, conditions
from deploytasks.source.requirements.pyproject import NAME as PYPROJECT
from deploytasks.source.requirements.pyproject import declared_names
from deploytasks.source.requirements.requirement import Requirement, normal_name
from deploytasks.source.requirements.requirements import Requirements
from deploytasks.source.requirements.toml_shapes import UvLock
from deploytasks.source.text_file import text_in
from deploytasks.source.toml_file import line_of, read_toml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from deploytasks.source.requirements.own_package import OwnPackage

NAME = "uv.lock"
_PLACES = ("editable", "directory", "path")
"""How a package is named that lies in the source."""


class _Inexact(Exception):
    """The lock says something that requirement lines cannot."""


def read_uv_lock(path: Path, below: str = "") -> Requirements:
    """The requirements of *path*, with hashes; the lock itself when lines could not say the same.

    Of a workspace they are those of the member in which *below* is, a directory beside the lock. Raises ``SourceError``
    when it lacks something that ``pyproject.toml`` beside it declares, or nobody says which member is meant.
    """
    lock = read_toml(path, UvLock)
    packages = lock.get("package", [])
    _refuse_stale(path, packages)
    if lock.get("version") != 1 or lock.get("conflicts"):
        return _as_it_is(path, packages)
    try:
        return Requirements.of(_lines(path, lock, below), path.name)
    except (_Inexact, Tangled, KeyError):
        return _as_it_is(path, packages)


def _refuse_stale(path: Path, packages: list[dict[str, Any]]) -> None:
    locked = {normal_name(package["name"]) for package in packages}
    missing = sorted(declared_names(path.with_name(PYPROJECT)) - locked)
    if missing:
        raise SourceError(f"{path}: older than {PYPROJECT}, lacks {', '.join(missing)}; run: uv lock")


def _as_it_is(path: Path, packages: list[dict[str, Any]]) -> Requirements:
    own = next((package for package in packages if _is_own(package)), None)
    if own:
        raise SourceError(
            f"{path}: {own['name']} is built here, which wants lines that this lock is too tangled for; run: "
            "uv export --frozen --no-dev --no-emit-project -o requirements.txt, and set app_requirements to that"
        )
    files = {file.name: text_in(file) for file in (path, path.with_name(PYPROJECT))}
    return Requirements(
        "uv", files, frozenset(normal_name(package["name"]) for package in packages), found=NAME
    )


def members_of(path: Path) -> tuple[str, ...]:
    """The directories of a workspace's members, beside its lock *path*."""
    places = map(_place_of, read_toml(path, UvLock).get("package", []))
    return tuple(place for place in places if place not in ("", "."))


def _lines(path: Path, lock: Mapping[str, Any], below: str) -> Iterator[Requirement]:
    by_node = {Node(package["name"], package.get("version", "")): package for package in lock["package"]}
    root = _root(path, lock, by_node, below)
    for node, condition in sorted(conditions(root, lambda node: _edges(node, by_node)).items()):
        is_member = "virtual" in by_node[node._replace(extra="")]["source"]
        if not (is_member or node == root or node.extra):
            yield _line(path, by_node[node], str(condition))


def _root(path: Path, lock: Mapping[str, Any], by_node: Mapping[Node, dict[str, Any]], below: str) -> Node:
    """The package whose requirements are wanted."""
    places = {_place_of(package): node for node, package in by_node.items()}
    around = [place for place in places if place and f"{below}/".startswith(f"{place}/")]
    members = lock.get("manifest", {}).get("members", [])
    if around:
        return places[max(around, key=len)]
    if "." in places:
        return places["."]
    named = [node for node in by_node.values() if node["name"] in members]
    if len(named) > 1:
        found = ", ".join(filter(None, map(_place_of, named)))
        raise SourceError(f"{path}: a workspace of {found}; app_directory says which of them the app is in")
    if not named:
        raise _Inexact
    return places[_place_of(named[0])]


def _place_of(package: Mapping[str, Any]) -> str:
    """Where in the source it lies; empty for one of an index."""
    source = package["source"]
    return str(source.get("virtual") or source.get("editable") or source.get("directory") or "")


def _is_root(package: Mapping[str, Any]) -> bool:
    return _place_of(package) == "."


def _is_own(package: Mapping[str, Any]) -> bool:
    return not _is_root(package) and bool({"git", *_PLACES} & package["source"].keys())


def _edges(node: Node, by_node: Mapping[Node, dict[str, Any]]) -> Iterator[tuple[Node, str]]:
    package = by_node[Node(node.name, node.version)]
    optional = package.get("optional-dependencies", {})
    for edge in optional.get(node.extra, []) if node.extra else package.get("dependencies", []):
        marker = edge.get("marker", "")
        if "extra" in marker:
            raise _Inexact
        target = Node(edge["name"], edge.get("version") or _only_version(edge["name"], by_node))
        for extra in ("", *edge.get("extra", ())):
            yield target._replace(extra=extra), marker


def _only_version(name: str, by_node: Mapping[Node, dict[str, Any]]) -> str:
    versions = [node.version for node in by_node if node.name == name]
    if len(versions) != 1:
        raise _Inexact
    return versions[0]


def _line(path: Path, package: Mapping[str, Any], marker: str) -> Requirement:
    name, source = package["name"], package["source"]
    if _is_own(package):
        return Requirement.of(_own(path, name, source), marker)
    files = [package["sdist"]] if "sdist" in package else []
    hashes = [file["hash"] for file in [*files, *package.get("wheels", [])] if "hash" in file]
    text = f"{name}{_origin(package)}" + (f" ; {marker}" if marker else "")
    return Requirement(normal_name(name), text).hashed(hashes)


def _origin(package: Mapping[str, Any]) -> str:
    source = package["source"]
    if "url" in source:
        return f" @ {source['url']}"
    if not str(source.get("registry", "")).startswith("http"):
        raise _Inexact
    return f"=={package['version']}"


def _own(path: Path, name: str, source: Mapping[str, str]) -> OwnPackage:
    where = line_of(path, f'name = "{name}"')
    try:
        if "git" in source:
            url, _, commit = source["git"].partition("#")
            address, _, query = url.partition("?")
            return package_of(name, address, commit, parse_qs(query).get("subdirectory", [""])[0], where)
        place = next(source[kind] for kind in _PLACES if kind in source)
        return package_at(path.parent, path.parent / place, name, where)
    except ValueError as error:
        raise SourceError(f"{where}: {name}: {error}") from error
