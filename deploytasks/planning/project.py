"""What lies in an app's source directory, read once for all hosts."""

from __future__ import annotations

import sys
from contextlib import nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploytasks.agent.frozen import frozen
from deploytasks.agent.release.layout import COLLECTED
from deploytasks.errors import SourceError
from deploytasks.here import aside, expanded
from deploytasks.source import (
    Source,
    Tell,
    collected_static,
    detect_callable,
    detect_static,
    manage_py,
    read_procfile,
    to_nobody,
)
from deploytasks.source.code.app_ref import AppRef
from deploytasks.source.git import git_text
from deploytasks.source.python_wanted import pythons_wanted
from deploytasks.source.requirements.lockfile import find_requirements
from deploytasks.source.requirements.requirements import Requirements

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deploytasks.planning.own_wheels import OwnWheel
    from deploytasks.source.package.app_package import AppPackage
    from deploytasks.source.python_wanted import PythonWanted


ORIGIN_DIGITS = 12
SHOWN_DIGITS = 7
COMMIT, NO_COMMIT = "# branch.oid ", "(initial)"
GRAFTED = "grafted"
"""The mark of a commit whose parents a shallow clone lacks."""
OF_A_PACKAGE = ("pyproject.toml", "setup.py", "setup.cfg")
MANAGE = "manage.py"


@frozen
class Project:
    """The files, the callable and the requirements of the app in one directory.

    *collected* is where Django gathers static files, relative to the source, or empty: a link there leads
    to the release's own ``collected`` directory; *manage* is its ``manage.py``. *processes* are the commands of its
    Procfile, by name, *pythons* what it says of the Pythons that it runs on. *seeds* are paths and digests of files
    that lie where a link will be.
    *wheels* are of the packages that are built here, *environment* is what a .flaskenv says of it. *package* is the
    app itself where that is one, and *told* what people should know of it.
    *revision* is git's short commit, with ``+`` when the work tree differs from it; empty outside git. *origin* is the
    commit with which its history began, which all clones share; empty outside git, and where a clone is shallow.
    """

    source: Source
    callable: AppRef
    requirements: Requirements
    static: Mapping[str, str]
    collected: str
    processes: Mapping[str, str]
    pythons: tuple[PythonWanted, ...]
    seeds: tuple[tuple[str, str], ...]
    wheels: tuple[OwnWheel, ...]
    environment: Mapping[str, str]
    package: AppPackage | None
    told: tuple[str, ...]
    revision: str
    origin: str
    manage: str = MANAGE

    @classmethod
    def read(
        cls,
        directory: str,
        callable_: str | None = None,
        requirements: str | None = None,
        links: tuple[tuple[str, str], ...] = (),
        stays: frozenset[Path] = frozenset(),
        tell: Tell = to_nobody,
        *,
        in_image: bool = False,
        below: str = "",
    ) -> Project:
        """Read *directory*; what is named explicitly is taken, the rest is found, and nothing travels that *stays*.

        *links* are symlinks (pairs of path and target) that the deployed tree gets on top of it. *tell* hears how many
        files and bytes were read. An app that is *in_image* is started as that says: what is not found of it here is
        not missed. Its imports start at *below*, a directory of the source, if that is given.

        Raises ``SourceError`` or ``VariableError`` naming what is missing and what was looked for.
        """
        history = aside(partial(_history, Path(directory)))
        source = Source.scan(directory, stays, tell)
        with suppress(SourceError) if in_image else nullcontext():
            wanted, ref = Requirements.none(), AppRef("image", "app", found="image")
            wanted = find_requirements(source.directory, requirements, below=below)
            ref = detect_callable(source.directory, callable_, wanted.names, below=below)
        static = detect_static(source.directory, ref)
        collected = collected_static(source.directory, ref)
        package, told = (None, ()) if in_image else _package(source, wanted)
        wanted, wheels = _with_wheels(wanted)
        seeds = tuple(source.files_below([path for path, _ in links]))
        source = source.linking({**_leading_out(collected), **dict(links)})
        source = source.having(package.files, package.programs) if package else source
        processes = read_procfile(source.directory)
        pythons = pythons_wanted(source.directory, below)
        return cls(
            source,
            ref,
            wanted,
            static,
            collected,
            processes,
            pythons,
            seeds,
            wheels,
            _environment(source.directory),
            package,
            (*source.told, *told),
            *history(),
            manage_py(source.directory, ref) if collected else MANAGE,
        )

    @property
    def has_namesakes(self) -> bool:
        """Whether modules at its root are called as Python's own: commands of others would import them for those."""
        names = (
            entry.name.removesuffix("/__init__.py").removesuffix(".py") for entry in self.source.manifest
        )
        return self.callable.directory == "." and any(name in sys.stdlib_module_names for name in names)

    def settings_in(self, path: str) -> dict[str, Any]:
        """What the Python file *path*, from where imports start, sets by name; None where that is computed."""
        from deploytasks.source.code.python_settings import read_python_settings

        found = read_python_settings(self.source.directory / self.callable.directory / path)
        return {name: assigned.value for name, assigned in found.items()}


def _environment(directory: Path) -> dict[str, str]:
    """Without what is for development. The command flask(1) is not to read the file once more, for itself alone."""
    if not (directory / ".flaskenv").is_file():
        return {}
    from deploytasks.source.app.flaskenv import read_flaskenv

    said = {one.name: one.value for one in read_flaskenv(directory) if not one.is_of_a_laptop}
    return {**said, "FLASK_SKIP_DOTENV": "1"}


def _package(source: Source, wanted: Requirements) -> tuple[AppPackage | None, tuple[str, ...]]:
    """The app as a package, and what is told of one that cannot be built; its modules are imported all the same."""
    if not any((source.directory / name).is_file() for name in OF_A_PACKAGE):
        return None, ()
    from deploytasks.source.package.app_package import read_app_package

    package = read_app_package(source.directory, wanted.found)
    if package is None or package.version:
        return package, ()
    from deploytasks.planning.built_package import built_package

    try:
        return built_package(package, source), ()
    except SourceError as error:
        return None, (f"the app itself is not installed, as only a build knows its version: {error}",)


def _with_wheels(wanted: Requirements) -> tuple[Requirements, tuple[OwnWheel, ...]]:
    if not (wanted.own or wanted.vendored):
        return wanted, ()
    from deploytasks.planning.own_wheels import with_own_wheels

    return with_own_wheels(wanted)


def origin_of(directory: str) -> str:
    """The commit with which the history of *directory* began; empty outside git, and where a clone is shallow."""
    return _history(expanded(directory))[1]


def _leading_out(collected: str) -> dict[str, str]:
    """The link at *collected* to the directory beside the code, whose name is the same in every release."""
    return {collected: "../" * (collected.count("/") + 1) + COLLECTED} if collected else {}


def _history(directory: Path) -> tuple[str, str]:
    """The revision and the origin."""
    status = git_text(directory, "status", "--porcelain=v2", "--branch", "--", ".").splitlines()
    commit = next((line.removeprefix(COMMIT) for line in status if line.startswith(COMMIT)), NO_COMMIT)
    if commit == NO_COMMIT:
        return "", ""
    changed = "+" * any(not line.startswith("#") for line in status)
    first = git_text(directory, "log", "--first-parent", "--max-parents=0", "--format=%H%x09%D", "HEAD")
    origin, _, marks = first.partition("\t")
    return commit[:SHOWN_DIGITS] + changed, "" if GRAFTED in marks.split(", ") else origin[:ORIGIN_DIGITS]
