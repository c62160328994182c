"""Which of a host's Pythons an app gets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from deploytasks.errors import VariableError

if TYPE_CHECKING:
    from deploytasks.agent.release.facts import Facts
    from deploytasks.source.python_wanted import PythonWanted

USUAL = "python3"
OLDEST, NEWEST = 8, 14
"""The minor versions of which there are images."""
VERSION = re.compile(r"\d+(\.\d+)?")


def chosen_python(facts: Facts, given: str, wanted: Sequence[PythonWanted], where: str) -> str:
    """The Python that is *given* at *where*, or, where that is empty, the host's own if the app runs on it.

    It is the newest that the app runs on otherwise. Raises ``VariableError`` with what the host has, when that is
    none of them.
    """
    if given:
        return _there(facts, given, where)
    if not _refusing(wanted, facts.python):
        return USUAL
    fitting = [name for name in _versioned(facts.pythons) if not _refusing(wanted, _version_of(name))]
    if fitting:
        return fitting[-1]
    refusing = _refusing(wanted, facts.python)[0]
    raise VariableError(
        f"{refusing.where}: the app wants a Python {refusing.versions}, and {where} has {_shown(facts)}; install one "
        f"there, or say with app_python which it runs on all the same"
    )


def version_for(usual: str, wanted: Sequence[PythonWanted]) -> str:
    """The version, such as ``3.12``, for an app that brings its Python along: *usual* if it fits, else the newest."""
    tries = [_short(usual), *(f"3.{minor}" for minor in range(NEWEST, OLDEST - 1, -1))]
    return next((version for version in tries if not _refusing(wanted, version)), _short(usual))


def _there(facts: Facts, given: str, where: str) -> str:
    """*given*, which the host has: a path is looked at there."""
    name = f"python{given}" if VERSION.fullmatch(given) else given
    if "/" in name or name in facts.pythons or name.removeprefix("python") == _short(facts.python):
        return given
    raise VariableError(
        f"{where}: app_python={given}: the host has {_shown(facts)}; name one of these, or install it there"
    )


def _refusing(wanted: Iterable[PythonWanted], version: str) -> list[PythonWanted]:
    return [one for one in wanted if not one.allows(version)]


def _versioned(names: Iterable[str]) -> list[str]:
    """Those that say their version, the newest last."""
    return sorted(
        (name for name in names if "." in name), key=lambda name: int(_version_of(name).split(".")[1])
    )


def _version_of(name: str) -> str:
    return name.removeprefix("python")


def _short(version: str) -> str:
    return ".".join(version.split(".")[:2])


def _shown(facts: Facts) -> str:
    return ", ".join(_names(facts))


def _names(facts: Facts) -> Iterator[str]:
    yield f"{USUAL} ({facts.python})"
    yield from (name for name in _versioned(facts.pythons) if _version_of(name) != _short(facts.python))
