"""What packaging tools write into TOML files, as far as it is read here (PEP 621, PEP 751; uv, Poetry, Pipenv)."""

from __future__ import annotations

from typing import Any, TypedDict

Project = TypedDict(
    "Project",
    {
        "dependencies": list[str],
        "optional-dependencies": dict[str, list[str]],
        "dynamic": list[str],
        "requires-python": str,
    },
    total=False,
)


class Index(TypedDict, total=False):
    """An index of packages that Poetry asks."""

    url: str
    priority: str
    default: bool


class Wish(TypedDict, total=False):
    """A dependency of Poetry's that has more than versions."""

    markers: str
    optional: bool
    python: str
    platform: str
    extras: list[str]


Wishes = dict[str, str | Wish | list[str | Wish]]


class Poetry(TypedDict, total=False):
    """``[tool.poetry]``."""

    source: list[Index]
    dependencies: Wishes


class Tool(TypedDict, total=False):
    """``[tool]``."""

    poetry: Poetry


class PyProject(TypedDict, total=False):
    """pyproject.toml."""

    project: Project
    tool: Tool


class Pipfile(TypedDict, total=False):
    """Pipfile."""

    requires: dict[str, str]


class File(TypedDict, total=False):
    """An archive of a package, in the locks of uv and Poetry."""

    hash: str


class UvNode(TypedDict):
    """A package that is needed or there."""

    name: str


class UvEdge(UvNode, total=False):
    """A package that another one needs."""

    version: str
    marker: str
    extra: list[str]


UvPackage = TypedDict(
    "UvPackage",
    {
        "name": str,
        "version": str,
        "source": dict[str, Any],
        "dependencies": list[UvEdge],
        "optional-dependencies": dict[str, list[UvEdge]],
        "sdist": File,
        "wheels": list[File],
    },
    total=False,
)


class UvLock(TypedDict, total=False):
    """uv.lock."""

    version: int
    package: list[UvPackage]


class HashedFile(TypedDict):
    """An archive of a package in a pylock.toml."""

    hashes: dict[str, str]


class PyLockNode(TypedDict):
    """A package in a pylock.toml."""

    name: str


class PyLockPackage(PyLockNode, total=False):
    """What there may be of one."""

    version: str
    marker: str
    wheels: list[HashedFile]
    sdist: HashedFile


class PyLock(TypedDict, total=False):
    """pylock.toml."""

    packages: list[PyLockPackage]


class PoetryNode(TypedDict):
    """A package in a poetry.lock."""

    name: str
    version: str


class PoetryPackage(PoetryNode, total=False):
    """What there may be of one."""

    groups: list[str]
    optional: bool
    markers: str | dict[str, str]
    dependencies: Wishes
    files: list[File]
    source: dict[str, str]


class PoetryMetadata(TypedDict, total=False):
    """What older versions of Poetry keep apart from the packages."""

    files: dict[str, list[File]]
    hashes: dict[str, list[str]]


class PoetryLock(TypedDict):
    """poetry.lock."""

    package: list[PoetryPackage]
    metadata: PoetryMetadata
