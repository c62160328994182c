"""A package that lies in the source itself, as a directory that one can build or as a wheel."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex
from deploytasks.here.paths import below
from deploytasks.source.requirements.own_package import stand_in
from deploytasks.source.requirements.requirement import name_and_extras, normal_name
from deploytasks.source.text_file import text_in

if TYPE_CHECKING:
    from pathlib import Path

OF_ANY_MACHINE = "-none-any.whl"
SAYS_NAME = regex(r"^\s*name\s*=\s*['\"]?([A-Za-z0-9][A-Za-z0-9._-]*)", re.MULTILINE)
BUILT_BY = ("pyproject.toml", "setup.cfg", "setup.py")
WITH_EXTRAS = regex(r"(.*?)\s*(\[[^\[\]]*\])?")


@frozen
class LocalPackage:
    """The package *name* at *path*, relative to the source; *place* is where that is here.

    It is wanted at *where*, with the *extras* (``[redis]``) of it.
    """

    name: str
    path: str
    place: Path
    where: str = ""
    extras: str = ""
    subdirectory: ClassVar[str] = ""

    @property
    def is_wheel(self) -> bool:
        return self.place.suffix == ".whl"

    @property
    def shown(self) -> str:
        """It, for people."""
        return self.path

    @property
    def word(self) -> str:
        """What stands for its wheel until that is known."""
        return stand_in("local", self.path)


def local_package(root: Path, base: Path, text: str, where: str = "") -> LocalPackage | None:
    """What *text*, a path in a requirements file of the directory *base*, means below *root*; None for no path.

    Raises ``ValueError`` for one that leads out of the source, or to no package.
    """
    named, _, path = text.rpartition(" @ ")
    path, extras = _parts(path.strip().removeprefix("file:"))
    place = (base / path).resolve()
    if not (place.is_dir() or place.suffix == ".whl"):
        return None
    name, own_extras = name_and_extras(named)
    return package_at(root, place, name, where, own_extras or extras)


def package_at(root: Path, place: Path, name: str = "", where: str = "", extras: str = "") -> LocalPackage:
    """The package at *place*, which may say its *name* itself; raises ``ValueError`` as ``local_package``."""
    place = place.resolve()
    if not place.is_relative_to(root.resolve()):
        raise ValueError(f"a path that leads out of the source {root}: only this machine has it")
    _require_fitting(place)
    found = normal_name(name or _name_of(place))
    return LocalPackage(found, below(place, root.resolve()), place, where, extras)


def _parts(text: str) -> tuple[str, str]:
    """The path, and the extras behind it."""
    match = WITH_EXTRAS.fullmatch(text)
    return (match[1], match[2] or "") if match else (text, "")


def _require_fitting(place: Path) -> None:
    if not place.exists():
        raise ValueError("no such file")
    if place.is_file() and not place.name.endswith(OF_ANY_MACHINE):
        raise ValueError(
            f"no wheel, or one for one kind of machine; expected one for any, *{OF_ANY_MACHINE}, or --find-links with "
            "its directory, from which each host takes what fits"
        )


def _name_of(place: Path) -> str:
    """The name that a wheel's file has, or that the files of a directory say."""
    if place.suffix == ".whl":
        return place.name.partition("-")[0]
    texts = (text_in(place / file, "replace") for file in BUILT_BY if (place / file).is_file())
    found = next(filter(None, map(SAYS_NAME.search, texts)), None)
    if found is None:
        raise ValueError(
            f"a directory without a package; expected one of {', '.join(BUILT_BY)} with its name"
        )
    return found[1]
