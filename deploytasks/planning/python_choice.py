"""Which of a host's Pythons an app gets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from deploytasks.agent.regex import regex
from deploytasks.errors import VariableError

if TYPE_CHECKING:
    from deploytasks.agent.release.facts import Facts
    from deploytasks.source.python_wanted import PythonWanted

USUAL = "python3"
OLDEST, NEWEST = 8, 14
"""The minor versions of which there are images."""
VERSION = regex(r"(?:python)?(\d+(?:\.\d+){0,2})")
BRINGABLE = regex(r"3\.\d+(\.\d+)?")


def chosen_python(facts: Facts, given: str, wanted: Sequence[PythonWanted], where: str) -> str:
    """The Python that is *given* at *where*, or, where that is empty, the host's own if the app runs on it.

    It is the newest that the app runs on otherwise. Raises ``VariableError`` with what the host has, when that is
    none of them.
    """
    fitting = _fitting(facts, given, wanted)
    if fitting:
        return fitting
    if given:
        raise VariableError(
            f"{where}: app_python={given}: the host has {_shown(facts)}; name one of these, install it there, or set "
            "app_python_install=true, which brings it"
        )
    refusing = _refusing(wanted, facts.python)[0]
    raise VariableError(
        f"{refusing.where}: the app wants a Python {refusing.versions}, and {where} has {_shown(facts)}; install one "
        "there, set app_python_install=true, which brings one, or say with app_python which it runs on all the same"
    )


def python_to_bring(facts: Facts, given: str, wanted: Sequence[PythonWanted]) -> str:
    """The version, such as ``3.13``, of a Python that has to be brought; empty where the host has one that fits.

    It is empty as well where none can be brought: of a program by another name, or of versions that nobody has.
    """
    if _fitting(facts, given, wanted):
        return ""
    named = VERSION.fullmatch(given)
    version = (named[1] if named else "") if given else version_for(facts.python, wanted)
    fits = given or not _refusing(wanted, version)
    return version if fits and BRINGABLE.fullmatch(version) else ""


def version_for(usual: str, wanted: Sequence[PythonWanted]) -> str:
    """The version, such as ``3.12``, for an app that brings its Python along: *usual* if it fits, else the newest."""
    tries = [_short(usual), *(f"3.{minor}" for minor in range(NEWEST, OLDEST - 1, -1))]
    return next((version for version in tries if not _refusing(wanted, version)), _short(usual))


def _fitting(facts: Facts, given: str, wanted: Sequence[PythonWanted]) -> str:
    """What of the host's own is taken; empty where it has none that fits. A path is looked at there."""
    if given:
        return _there(facts, given)
    if not _refusing(wanted, facts.python):
        return USUAL
    fitting = [name for name in _versioned(facts.pythons) if not _refusing(wanted, _version_of(name))]
    return fitting[-1] if fitting else ""


def _there(facts: Facts, given: str) -> str:
    """*given* by a name that the host has it by."""
    found = VERSION.fullmatch(given)
    version = found[1] if found else ""
    if version == facts.python:
        return USUAL
    name = f"python{version}" if version else given
    return given if "/" in name or name in facts.pythons or version == _short(facts.python) else ""


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
