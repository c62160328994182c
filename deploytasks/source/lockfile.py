"""Finding what an app needs installed: the first of five files that its source holds.

The readers of the others are not imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploytasks.errors import SourceError
from deploytasks.source.requirements import Requirements

if TYPE_CHECKING:
    from pathlib import Path

_HOW_TO_MAKE_ONE = """\
  uv.lock           uv lock
  pylock.toml       uv export --format pylock.toml -o pylock.toml
  poetry.lock       poetry lock
  requirements.txt  pip freeze > requirements.txt
  pyproject.toml    with [project] dependencies"""
_LOCKS = ("uv.lock", "pylock.toml", "poetry.lock", "requirements.txt")
_NOT_READ = {
    "Pipfile": "pipenv requirements",
    "Pipfile.lock": "pipenv requirements",
    "environment.yml": "pip freeze",
}


def find_requirements(
    directory: Path, explicit: str | None = None, where: str = "app_requirements"
) -> Requirements:
    """What the source *directory* needs: *explicit*, a file of it or ``none``, else the first that is there.

    The order is uv.lock, pylock.toml, poetry.lock, requirements.txt, pyproject.toml. Raises ``SourceError``
    for a file that is missing or that a host could not install from.
    """
    directory = directory.resolve()
    if explicit == "none":
        return Requirements.none()
    if explicit is not None:
        return _read(_explicit(directory, explicit, where), directory)
    present = next((directory / name for name in _LOCKS if (directory / name).is_file()), None)
    if present is None and not _declares_requirements(directory):
        raise SourceError(_nothing_found(directory, where))
    return _read(present or directory / "pyproject.toml", directory)


def _declares_requirements(directory: Path) -> bool:
    from deploytasks.source.pyproject import NAME, declares_requirements

    return declares_requirements(directory / NAME)


def _explicit(directory: Path, name: str, where: str) -> Path:
    path = (directory / name).resolve()
    if not path.is_relative_to(directory):
        raise SourceError(f"{where}: {name}: not below {directory}; name a file of the app's source")
    if not path.is_file():
        raise SourceError(f"{where}: {name}: no such file in {directory}; name one, or none")
    return path


def _read(path: Path, root: Path) -> Requirements:
    if path.name in _NOT_READ:
        raise SourceError(f"{path}: not read here; run: {_NOT_READ[path.name]} > requirements.txt")
    if path.name == "uv.lock":
        from deploytasks.source.uv_lock import read_uv_lock

        return read_uv_lock(path)
    if path.name == "poetry.lock":
        from deploytasks.source.poetry_lock import read_poetry_lock

        return read_poetry_lock(path)
    if path.name.startswith("pylock.") and path.suffix == ".toml":
        from deploytasks.source.pylock import read_pylock

        return read_pylock(path)
    if path.name == "pyproject.toml":
        from deploytasks.source.pyproject import declared

        return Requirements.of(declared(path), path.name)
    from deploytasks.source.requirements_txt import read_requirements_txt

    return read_requirements_txt(path, root)


def _nothing_found(directory: Path, where: str) -> str:
    other = next((name for name in _NOT_READ if (directory / name).is_file()), "")
    hint = f" ({other}: {_NOT_READ[other]} > requirements.txt)" if other else ""
    return (
        f"{directory}: does not say what it needs installed{hint}; looked for, and how to make one:\n"
        f"{_HOW_TO_MAKE_ONE}\nmake one of them, or set {where}=FILE or {where}=none"
    )
