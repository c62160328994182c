"""The app itself as a package: what an installation of it would bring beside its modules.

An app that is a package knows its version, its commands and its entry points by its metadata. A release has them in a
directory of its code, as an editable installation has (PEP 660), so that the environment is the same for each version.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from configparser import RawConfigParser
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any

from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex
from deploytasks.agent.release.layout import INSTALLED
from deploytasks.source.code.modules import Modules
from deploytasks.source.package.core_metadata import COMMANDS, ENTRY_POINTS, core_metadata
from deploytasks.source.package.import_roots import import_roots
from deploytasks.source.package.package_shape import PackageProject
from deploytasks.source.package.package_version import package_version
from deploytasks.source.requirements.pyproject import NAME
from deploytasks.source.requirements.requirement import normal_name
from deploytasks.source.text_file import text_in
from deploytasks.source.toml_file import read_toml

if TYPE_CHECKING:
    from pathlib import Path

BUILT_BY = (NAME, "setup.py", "setup.cfg")
WANTS_ITSELF = regex(
    r"^\s*(?:(?:-e|--editable)[ =]\s*)?(?:file:)?\./?(?:\[[^\]]*\])?\s*(?:#.*)?$", re.MULTILINE
)
"""A line of a requirements.txt that wants the directory itself."""
PROGRAM = """\
#!/usr/bin/env python3
# Managed by deploytasks.
import sys

from {module} import {first}

if __name__ == "__main__":
    sys.exit({function}())
"""


@frozen
class AppPackage:
    """The package *name*, whose modules are imported from *directories* of the source.

    *metadata* are the files of its dist-info; *version* is empty as long as only a build knows it. *made* are files,
    by path in the source, that a build makes and the source lacks.
    """

    name: str
    version: str
    directories: tuple[str, ...] = (".",)
    metadata: Mapping[str, str] = field(default_factory=dict)
    made: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def files(self) -> dict[str, bytes]:
        """What of it lies in a release, by path from the source."""
        info = f"{INSTALLED}/{self.name.replace('-', '_')}-{self.version}.dist-info"
        texts = {f"{info}/{name}": text.encode() for name, text in self.metadata.items()}
        return {**self.made, **texts}

    @property
    def programs(self) -> dict[str, bytes]:
        """Its commands, by path from the source; they find their Python in PATH, as each release has its own."""
        return {f"{INSTALLED}/bin/{name}": _program(target) for name, target in self._commands.items()}

    @property
    def _commands(self) -> dict[str, str]:
        said = _AsWritten(delimiters=("=",))
        said.read_string(self.metadata.get(ENTRY_POINTS, ""))
        groups = [said.items(group) for group in COMMANDS if said.has_section(group)]
        return {name: target.partition("[")[0] for group in groups for name, target in group}


class _AsWritten(RawConfigParser):
    """Names keep their capital letters."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def read_app_package(directory: Path, requirements: str = "") -> AppPackage | None:
    """The package that the source *directory* is, as far as its files say it; None where it is none.

    *requirements* is the file of it that names what it needs, which may want the directory itself. Raises
    ``SourceError`` for a pyproject.toml that cannot be read.
    """
    content = read_toml(directory / NAME, PackageProject) if (directory / NAME).is_file() else {}
    if not (_is_package(content) or _is_wanted(directory, requirements)):
        return None
    directories = import_roots(directory, content.get("tool", {}))
    version = package_version(Modules(directory, directories), content) if _is_whole(content) else ""
    found = AppPackage(normal_name(_name(content)), version, directories)
    return replace(found, metadata=core_metadata(_name(content), version, content)) if version else found


def _is_package(content: Mapping[str, Any]) -> bool:
    """Whether *content*, of a pyproject.toml, is that of something to install, and not of requirements alone."""
    project, tool = content.get("project", {}), content.get("tool", {})
    if tool.get("uv", {}).get("package") is False or tool.get("poetry", {}).get("package-mode") is False:
        return False
    is_built = "build-system" in content and bool(_name(content))
    return is_built or any(name in project for name in ("scripts", "gui-scripts", "entry-points"))


def _is_wanted(directory: Path, requirements: str) -> bool:
    path = directory / requirements
    if not requirements.endswith((".txt", ".in")) or not any(
        (directory / name).is_file() for name in BUILT_BY
    ):
        return False
    return path.is_file() and bool(WANTS_ITSELF.search(text_in(path, "replace")))


def _is_whole(content: Mapping[str, Any]) -> bool:
    """Whether nothing of what is installed is known to a build alone, but perhaps the version."""
    dynamic = {*content.get("project", {}).get("dynamic", ())}
    return bool(_name(content)) and not dynamic & {"scripts", "gui-scripts", "entry-points", "dependencies"}


def _name(content: Mapping[str, Any]) -> str:
    project, poetry = content.get("project", {}), content.get("tool", {}).get("poetry", {})
    return str(project.get("name") or poetry.get("name") or "")


def _program(target: str) -> bytes:
    module, _, function = (part.strip() for part in target.partition(":"))
    return PROGRAM.format(module=module, first=function.partition(".")[0], function=function).encode()
