"""Finding what an app needs installed: the first of the files that its source holds.

The readers of the others are not imported.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from deploytasks.errors import SourceError
from deploytasks.here.paths import below
from deploytasks.source.requirements.requirements import Requirements

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCKS = ("uv.lock", "pylock.toml", "poetry.lock", "requirements.txt", "Pipfile.lock")
"""What is installed from as it is, in the order in which it is looked for."""
DECLARED = ("pyproject.toml", "setup.cfg", "setup.py", "environment.yml", "environment.yaml")
"""What is looked for after them."""

_HOW_TO_MAKE_ONE = """\
  uv.lock           uv lock
  pylock.toml       uv export --format pylock.toml -o pylock.toml
  poetry.lock       poetry lock
  requirements.txt  pip freeze > requirements.txt
  Pipfile.lock      pipenv lock
  pyproject.toml    with [project] dependencies"""
_ELSEWHERE = ("requirements/*.txt", "requirements*.txt", "*requirements.txt", "requirements*.in")
"""Where projects have a requirements.txt by another name."""


def find_requirements(
    directory: Path, explicit: str | None = None, where: str = "app_requirements", below: str = ""
) -> Requirements:
    """What the source *directory* needs: *explicit*, a file of it or ``none``, else the first that is there.

    Its app is *below* it, in a member of a workspace, if that is given. The order is that of ``LOCKS`` and
    ``DECLARED``. Raises ``SourceError`` for a file that is missing or that a host could not install from.
    """
    directory = directory.resolve()
    if explicit == "none":
        return Requirements.none()
    path = requirements_file(directory, explicit, where)
    if path is None:
        raise SourceError(_nothing_found(directory, where))
    return _read(path, directory, below)


def requirements_file(
    directory: Path, explicit: str | None = None, where: str = "app_requirements"
) -> Path | None:
    """The file that says what *directory* needs; None where none does."""
    if explicit is not None:
        return None if explicit == "none" else _explicit(directory, explicit, where)
    names = (name for name in (*LOCKS, *DECLARED) if _says_something(directory / name))
    name = next(names, None)
    return directory / name if name else None


def _says_something(path: Path) -> bool:
    """Whether *path* is about what is required: some such files are about tools alone."""
    if path.name == "pyproject.toml":
        from deploytasks.source.requirements.pyproject import declares_requirements

        return declares_requirements(path)
    if path.name == "setup.cfg":
        from deploytasks.source.requirements.setup_files import names_requirements

        return names_requirements(path)
    return path.is_file() and not (path.name == "setup.py" and path.with_name("Pipfile").is_file())


def _explicit(directory: Path, name: str, where: str) -> Path:
    path = (directory / name).resolve()
    if not path.is_relative_to(directory.resolve()):
        raise SourceError(f"{where}: {name}: not below {directory}; name a file of the app's source")
    if not path.is_file():
        raise SourceError(f"{where}: {name}: no such file in {directory}; name one, or none")
    return path


def _read(path: Path, root: Path, below: str) -> Requirements:
    name = path.name
    if name == "uv.lock":
        from deploytasks.source.requirements.locks.uv_lock import read_uv_lock

        return read_uv_lock(path, below)
    if name == "Pipfile":
        raise SourceError(f"{path}: pins nothing by itself; run: pipenv lock")
    if name in ("poetry.lock", "Pipfile.lock"):
        word = name.lower().replace(".", "_")
        found: Requirements = getattr(import_module(f"{__package__}.locks.{word}"), f"read_{word}")(path)
        return found
    if name.startswith("pylock.") and path.suffix == ".toml":
        from deploytasks.source.requirements.locks.pylock import read_pylock

        return read_pylock(path)
    if name in DECLARED:
        return _read_declared(path, root)
    from deploytasks.source.requirements.requirements_txt import read_requirements_txt

    return read_requirements_txt(path, root)


def _read_declared(path: Path, root: Path) -> Requirements:
    if path.name == "pyproject.toml":
        from deploytasks.source.requirements.pyproject import declared

        return Requirements.of(declared(path), path.name)
    if path.name.startswith("setup."):
        from deploytasks.source.requirements.setup_files import declared_by_setup

        return Requirements.of(declared_by_setup(path), path.name)
    from deploytasks.source.requirements.environment_yml import lines_for_pip
    from deploytasks.source.requirements.requirements_txt import read_lines

    return read_lines(lines_for_pip(path), path, root)


def _nothing_found(directory: Path, where: str) -> str:
    hint = "; ".join(_hints(directory, where))
    return (
        f"{directory}: does not say what it needs installed{f' ({hint})' if hint else ''}; looked for, and how to make "
        f"one:\n{_HOW_TO_MAKE_ONE}\nmake one of them, or set {where}=FILE or {where}=none"
    )


def _hints(directory: Path, where: str) -> Iterator[str]:
    """What there is that nearly says it."""
    if (directory / "Pipfile").is_file():
        yield "Pipfile: pipenv lock"
    others = dict.fromkeys(path for pattern in _ELSEWHERE for path in sorted(directory.glob(pattern)))
    names = [below(path, directory) for path in others]
    if names:
        yield f"{where}={names[0]}" + (f", or one of {', '.join(names[1:])}" if names[1:] else "")
