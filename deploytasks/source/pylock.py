"""A pylock.toml (PEP 751), turned into requirement lines where they can say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deploytasks.errors import SourceError
from deploytasks.source.requirement import Requirement, normal_name
from deploytasks.source.requirements import Requirements
from deploytasks.source.text_file import text_in
from deploytasks.source.toml_file import read_toml
from deploytasks.source.toml_shapes import PyLock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NAME = "pylock.toml"

_NOT_FROM_AN_INDEX = {"vcs", "directory", "archive"}
_HASHES = ("sha256", "sha384", "sha512")


def read_pylock(path: Path) -> Requirements:
    """The requirements of *path*, with hashes, for pip and uv alike; or the file itself, for uv only.

    It stays as it is when it holds something from elsewhere than an index, or chooses by extras or groups.
    """
    lock = read_toml(path, PyLock)
    if str(lock.get("lock-version", "")).partition(".")[0] != "1" or "packages" not in lock:
        raise SourceError(f"{path}: not a lock file of version 1 (PEP 751); run: uv export -o pylock.toml")
    packages = lock["packages"]
    if all(map(_is_plain, packages)):
        return Requirements.of([_line(package) for package in packages], path.name)
    names = frozenset(normal_name(package["name"]) for package in packages)
    return Requirements("pylock", {NAME: text_in(path)}, names, found=path.name)


def _is_plain(package: Mapping[str, Any]) -> bool:
    marker = package.get("marker", "")
    chooses = "extras" in marker or "dependency_groups" in marker
    return "version" in package and not chooses and not _NOT_FROM_AN_INDEX & package.keys()


def _line(package: Mapping[str, Any]) -> Requirement:
    marker = f" ; {package['marker']}" if package.get("marker") else ""
    files = [*package.get("wheels", ()), *filter(None, [package.get("sdist")])]
    hashes = [
        f"{kind}:{file['hashes'][kind]}" for file in files for kind in _HASHES if kind in file["hashes"]
    ]
    name = package["name"]
    return Requirement(normal_name(name), f"{name}=={package['version']}{marker}").hashed(hashes)
