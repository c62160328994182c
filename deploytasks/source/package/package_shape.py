"""The shape of what is read of a pyproject.toml about an app that is a package; all else in it may be anything."""

from __future__ import annotations

from typing import Any, TypedDict

Targets = dict[str, str]

Project = TypedDict(
    "Project",
    {
        "name": str,
        "version": str,
        "description": str,
        "requires-python": str,
        "dynamic": list[str],
        "dependencies": list[str],
        "scripts": Targets,
        "gui-scripts": Targets,
        "entry-points": dict[str, Targets],
    },
    total=False,
)
Setuptools = TypedDict(
    "Setuptools", {"package-dir": Targets, "packages": Any, "dynamic": dict[str, Any]}, total=False
)


IncludeFrom = TypedDict("IncludeFrom", {"from": str}, total=False)
Poetry = TypedDict(
    "Poetry",
    {
        "name": str,
        "version": str,
        "description": str,
        "package-mode": bool,
        "packages": list[IncludeFrom],
        "scripts": dict[str, Any],
        "plugins": dict[str, Targets],
    },
    total=False,
)


class Named(TypedDict, total=False):
    """A file that says the version."""

    path: str


class Wheel(TypedDict, total=False):
    """What Hatch puts into a wheel."""

    packages: list[str]


class HatchTargets(TypedDict, total=False):
    """What Hatch builds."""

    wheel: Wheel


class HatchBuild(TypedDict, total=False):
    """How Hatch builds."""

    targets: HatchTargets


class Hatch(TypedDict, total=False):
    """``[tool.hatch]``."""

    version: Named
    build: HatchBuild


PdmBuild = TypedDict("PdmBuild", {"package-dir": str}, total=False)


class Pdm(TypedDict, total=False):
    """``[tool.pdm]``."""

    version: Named
    build: PdmBuild


UvBackend = TypedDict("UvBackend", {"module-root": str}, total=False)
Uv = TypedDict("Uv", {"package": bool, "build-backend": UvBackend}, total=False)


class FlitModule(TypedDict, total=False):
    """The module that Flit packs."""

    name: str


class Flit(TypedDict, total=False):
    """``[tool.flit]``."""

    module: FlitModule


class Tool(TypedDict, total=False):
    """The tables of build backends."""

    setuptools: Setuptools
    poetry: Poetry
    hatch: Hatch
    pdm: Pdm
    uv: Uv
    flit: Flit


BuildSystem = TypedDict("BuildSystem", {"build-backend": str}, total=False)
PackageProject = TypedDict(
    "PackageProject", {"build-system": BuildSystem, "project": Project, "tool": Tool}, total=False
)
