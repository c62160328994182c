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
    """An index of packages that Poetry asks, or uv."""

    name: str
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


class Uv(TypedDict, total=False):
    """``[tool.uv]``."""

    index: list[Index]
    sources: dict[str, Any]


class Tool(TypedDict, total=False):
    """``[tool]``."""

    poetry: Poetry
    uv: Uv


class PyProject(TypedDict, total=False):
    """pyproject.toml."""

    project: Project
    tool: Tool


class Pipfile(TypedDict, total=False):
    """Pipfile."""

    requires: dict[str, str]
    packages: dict[str, Any]


class PipfileSource(TypedDict):
    """An index in a Pipfile.lock."""

    url: str


class PipfileMeta(TypedDict, total=False):
    """What a Pipfile.lock says of itself."""

    sources: list[PipfileSource]


class PipfilePackage(TypedDict, total=False):
    """A package in a Pipfile.lock."""

    version: str
    hashes: list[str]
    markers: str
    extras: list[str]
    git: str
    ref: str
    subdirectory: str
    path: str
    file: str


class PipfileLock(TypedDict, total=False):
    """Pipfile.lock."""

    _meta: PipfileMeta
    default: dict[str, PipfilePackage]


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


class UvManifest(TypedDict, total=False):
    """What a uv.lock says of its workspace."""

    members: list[str]


class UvLock(TypedDict, total=False):
    """uv.lock."""

    version: int
    manifest: UvManifest
    package: list[UvPackage]


class HashedFile(TypedDict, total=False):
    """An archive of a package in a pylock.toml, or one that is the package."""

    hashes: dict[str, str]
    url: str
    path: str
    subdirectory: str


class Place(TypedDict, total=False):
    """Where a package lies, in a pylock.toml."""

    path: str
    subdirectory: str


Commit = TypedDict("Commit", {"commit-id": str})
"""Which of a repository's, in a pylock.toml."""


class Vcs(Commit, total=False):
    """The repository that a package is in, in a pylock.toml."""

    url: str
    path: str
    subdirectory: str


class PyLockNode(TypedDict):
    """A package in a pylock.toml."""

    name: str


class PyLockPackage(PyLockNode, total=False):
    """What there may be of one."""

    version: str
    marker: str
    index: str
    wheels: list[HashedFile]
    sdist: HashedFile
    archive: HashedFile
    directory: Place
    vcs: Vcs


PyLock = TypedDict("PyLock", {"packages": list[PyLockPackage], "default-groups": list[str]}, total=False)
"""pylock.toml."""


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
