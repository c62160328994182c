"""A package that lies in the source itself, as a directory that one can build or as a wheel."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deploytasks.source.requirement import normal_name
from deploytasks.source.text_file import text_in

if TYPE_CHECKING:
    from pathlib import Path

OF_ANY_MACHINE = "-none-any.whl"
SAYS_NAME = re.compile(r"^\s*name\s*=\s*['\"]?([A-Za-z0-9][A-Za-z0-9._-]*)", re.MULTILINE)
BUILT_BY = ("pyproject.toml", "setup.cfg", "setup.py")


@dataclass(frozen=True)
class LocalPackage:
    """The package *name* at *path*, relative to the source; *place* is where that is here."""

    name: str
    path: str
    place: Path

    @property
    def is_wheel(self) -> bool:
        return self.place.suffix == ".whl"

    @property
    def line(self) -> str:
        """The requirement that stands for it until its wheel is known."""
        return f"{self.name} @ local:{self.path}"


def local_package(root: Path, base: Path, text: str) -> LocalPackage | None:
    """What *text*, a path in a requirements file of the directory *base*, means below *root*; None for no path.

    Raises ``ValueError`` for one that leads out of the source, or to no package.
    """
    name, _, path = text.rpartition("@") if " @ " in text else ("", "", text)
    path = path.strip().removeprefix("file:")
    place = (base / path).resolve()
    if not (place.is_dir() or place.suffix == ".whl"):
        return None
    if not place.is_relative_to(root.resolve()):
        raise ValueError(f"a path that leads out of the source {root}: only this machine has it")
    found = normal_name(name.strip() or _name_of(place))
    return LocalPackage(found, place.relative_to(root.resolve()).as_posix(), place)


def _name_of(place: Path) -> str:
    """The name that a wheel's file has, or that the files of a directory say."""
    if place.suffix == ".whl":
        if not place.is_file():
            raise ValueError("no such file")
        if not place.name.endswith(OF_ANY_MACHINE):
            raise ValueError(f"a wheel for one kind of machine; expected one for any, *{OF_ANY_MACHINE}")
        return place.name.partition("-")[0]
    texts = (text_in(place / file, "replace") for file in BUILT_BY if (place / file).is_file())
    found = next(filter(None, map(SAYS_NAME.search, texts)), None)
    if found is None:
        raise ValueError(
            f"a directory without a package; expected one of {', '.join(BUILT_BY)} with its name"
        )
    return found[1]
