"""A pylock.toml (PEP 751), turned into requirement lines: no extras, and the groups that count by default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from deploytasks.errors import SourceError
from deploytasks.source.requirements.git_package import package_of
from deploytasks.source.requirements.index import Index
from deploytasks.source.requirements.local_package import package_at
from deploytasks.source.requirements.markers import where_chosen
from deploytasks.source.requirements.requirement import Requirement, parse_requirement
from deploytasks.source.requirements.requirements import Requirements
from deploytasks.source.requirements.toml_shapes import PyLock
from deploytasks.source.toml_file import line_of, read_toml

if TYPE_CHECKING:
    from pathlib import Path

    from deploytasks.source.requirements.own_package import OwnPackage

NAME = "pylock.toml"

_HASHES = ("sha256", "sha384", "sha512")


def read_pylock(path: Path) -> Requirements:
    """The requirements of *path*, with hashes; raises ``SourceError`` for a package that is nowhere to be had."""
    lock = _read(path)
    groups = lock.get("default-groups", ())
    lines = (_line(path, package, groups) for package in lock["packages"])
    return Requirements.of([line for line in lines if line], path.name)


def pylock_indexes(path: Path) -> Iterator[Index]:
    """The indexes that packages of *path* come from, but the public one: each beside it."""
    urls = dict.fromkeys(package.get("index", "") for package in _read(path)["packages"])
    for url in filter(None, urls):
        index = Index.at(path, int(line_of(path, url).rpartition(":")[2]), "extra", url)
        if not index.is_public:
            yield index


def _read(path: Path) -> dict[str, Any]:
    lock = read_toml(path, PyLock)
    if str(lock.get("lock-version", "")).partition(".")[0] != "1" or "packages" not in lock:
        raise SourceError(f"{path}: not a lock file of version 1 (PEP 751); run: uv export -o pylock.toml")
    return lock


def _line(path: Path, package: Mapping[str, Any], groups: list[str]) -> Requirement | None:
    """None for the app itself, which the release holds, and for what nobody has chosen."""
    name = package["name"]
    marker = where_chosen(package.get("marker", ""), groups)
    where = line_of(path, f'name = "{name}"')
    if marker is None or _is_app(path, package):
        return None
    try:
        own = _own(path, package, where)
        if own:
            return Requirement.of(own, marker)
        text = f"{name}{_origin(package)}" + (f" ; {marker}" if marker else "")
        return parse_requirement(text).hashed(list(_hashes(package)))
    except ValueError as error:
        raise SourceError(f"{where}: {name}: {error}") from error


def _is_app(path: Path, package: Mapping[str, Any]) -> bool:
    place = package.get("directory", {}).get("path")
    return place is not None and (path.parent / place).resolve() == path.parent.resolve()


def _own(path: Path, package: Mapping[str, Any], where: str) -> OwnPackage | None:
    """What has to be built here."""
    name, root = package["name"], path.parent
    vcs = package.get("vcs")
    if vcs:
        url = vcs.get("url") or f"file://{(root / vcs['path']).resolve()}"
        return package_of(name, url, vcs["commit-id"], vcs.get("subdirectory", ""), where)
    lies = package.get("directory") or package.get("archive", {})
    place = lies.get("path")
    return package_at(root, root / place / lies.get("subdirectory", ""), name, where) if place else None


def _origin(package: Mapping[str, Any]) -> str:
    url = package.get("archive", {}).get("url")
    return f" @ {url}" if url else f"=={package['version']}"


def _hashes(package: Mapping[str, Any]) -> Iterator[str]:
    for file in (*package.get("wheels", ()), package.get("sdist"), package.get("archive")):
        said = file["hashes"] if file else {}
        yield from (f"{kind}:{said[kind]}" for kind in _HASHES if kind in said)
