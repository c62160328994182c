"""The directories of a source in which a package's modules are, as its build backend has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


def import_roots(root: Path, tool: Mapping[str, Any]) -> tuple[str, ...]:
    """Those that *tool*, of a pyproject.toml, names; else ``src`` if it has modules, else the source itself."""
    said = [path.strip("/") or "." for path in _said(tool)]
    usual = "src" if _has_modules(root / "src") else "."
    return tuple(dict.fromkeys(path for path in said or [usual] if (root / path).is_dir()))


def _said(tool: Mapping[str, Any]) -> Iterator[str]:
    """What each build backend calls it."""
    yield from _of_setuptools(tool.get("setuptools", {}))
    yield from (one.get("from", ".") for one in tool.get("poetry", {}).get("packages", ()))
    yield from _if_any(tool.get("uv", {}).get("build-backend", {}).get("module-root"))
    yield from _if_any(tool.get("pdm", {}).get("build", {}).get("package-dir"))
    wheel = tool.get("hatch", {}).get("build", {}).get("targets", {}).get("wheel", {})
    yield from (path.strip("/").rpartition("/")[0] or "." for path in wheel.get("packages", ()))


def _of_setuptools(setuptools: Mapping[str, Any]) -> Iterator[str]:
    packages = setuptools.get("packages")
    yield from _if_any(setuptools.get("package-dir", {}).get(""))
    find = packages.get("find") if isinstance(packages, dict) else None
    where = find.get("where", ()) if isinstance(find, dict) else ()
    yield from (path for path in where if isinstance(path, str))


def _if_any(said: str | None) -> Iterator[str]:
    if said is not None:
        yield said


def _has_modules(directory: Path) -> bool:
    return any(directory.glob("*.py")) or any(directory.glob("*/*.py"))
