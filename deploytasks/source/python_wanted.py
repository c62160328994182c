"""Which Pythons an app's source says that it runs on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex
from deploytasks.source.requirements.poetry_constraint import python_marker
from deploytasks.source.text_file import text_in
from deploytasks.source.toml_file import line_of, read_toml

if TYPE_CHECKING:
    from pathlib import Path

EXACT = regex(r"(?:c?python[-@]?)?(3\.\d+)(?:\.\d+)?(?:rc\d+)?")
FILES = (".python-version", "runtime.txt")


@frozen
class PythonWanted:
    """The source says at *where* that a Python has to be one of *versions*: a specifier (PEP 440), or Poetry's form.

    *marker* (PEP 508) says the same of the latter.
    """

    where: str
    versions: str
    marker: str = ""

    def allows(self, version: str) -> bool:
        """Whether *version* is one of them; of ``3.12`` without a patch level, whether any of its releases is."""
        tries = [version] if version.count(".") > 1 else [f"{version}.{patch}" for patch in (0, 99)]
        return any(map(self._allows, tries))

    def _allows(self, version: str) -> bool:
        from packaging.markers import Marker
        from packaging.specifiers import SpecifierSet

        if not self.marker:
            return SpecifierSet(self.versions).contains(version, prereleases=True)
        short = ".".join(version.split(".")[:2])
        return Marker(self.marker).evaluate({"python_full_version": version, "python_version": short})


def pythons_wanted(directory: Path, below: str = "") -> tuple[PythonWanted, ...]:
    """What the files of *directory*, and of the directory *below* it, say.

    Raises ``SourceError`` for one that cannot be read.
    """
    inner = _wanted(directory / below, f"{below}/") if below else ()
    return tuple(dict.fromkeys((*_wanted(directory), *inner)))


def _wanted(directory: Path, shown: str = "") -> Iterator[PythonWanted]:
    """What is shown before the names of its files is *shown*."""
    for one in _in(directory):
        yield replace(one, where=f"{shown}{one.where}")


def _in(directory: Path) -> Iterator[PythonWanted]:
    for name in FILES:
        path = directory / name
        lines = text_in(path, "replace").splitlines() if path.is_file() else []
        for number, line in enumerate(lines, 1):
            match = EXACT.fullmatch(line.strip())
            if match:
                yield PythonWanted(f"{name}:{number}", f"=={match[1]}.*")
                break
    yield from _of_pipfile(directory / "Pipfile")
    yield from _of_pyproject(directory / "pyproject.toml")


def _of_pipfile(path: Path) -> Iterator[PythonWanted]:
    if not path.is_file():
        return
    from deploytasks.source.requirements.toml_shapes import Pipfile

    said = read_toml(path, Pipfile).get("requires", {})
    for name in ("python_full_version", "python_version"):
        match = EXACT.fullmatch(str(said.get(name, "")))
        if match:
            yield PythonWanted(_place(path, name), f"=={match[1]}.*")
            return


def _of_pyproject(path: Path) -> Iterator[PythonWanted]:
    if not path.is_file():
        return
    from deploytasks.source.requirements.toml_shapes import PyProject

    content = read_toml(path, PyProject)
    said = content.get("project", {}).get("requires-python")
    if said:
        yield from _valid(PythonWanted(_place(path, "requires-python"), str(said)))
    poetry = content.get("tool", {}).get("poetry", {}).get("dependencies", {}).get("python")
    marker = python_marker(poetry) if isinstance(poetry, str) else ""
    if marker:
        yield PythonWanted(_place(path, "python ="), poetry, marker)


def _valid(wanted: PythonWanted) -> Iterator[PythonWanted]:
    """*wanted*, unless what its author wrote is no specifier: then the installer tells it."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    with suppress(InvalidSpecifier):
        SpecifierSet(wanted.versions)
        yield wanted


def _place(path: Path, text: str) -> str:
    return line_of(path, text).removeprefix(f"{path.parent}/")
