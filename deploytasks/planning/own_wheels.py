"""Wheels of the packages that no index has: built here when they are first wanted, and kept."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from deploytasks.agent.frozen import frozen
from deploytasks.errors import SourceError
from deploytasks.here import cache_directory, locked
from deploytasks.planning.git_commit import check_out, commit_of
from deploytasks.planning.wheel_build import build_wheel
from deploytasks.source import Source
from deploytasks.source.requirements.find_links import LINE as FIND_LINKS
from deploytasks.source.requirements.git_package import GitPackage
from deploytasks.source.requirements.local_package import OF_ANY_MACHINE, LocalPackage

if TYPE_CHECKING:
    from collections.abc import Callable

    from deploytasks.source.requirements.own_package import OwnPackage
    from deploytasks.source.requirements.requirements import Requirements

DIGITS = 16


@frozen
class OwnWheel:
    """The wheel *name* lies here at *place*; *digest* is its SHA-256, *of* tells what it is built from.

    *note* is what a person should know of that.
    """

    name: str
    digest: str
    place: Path
    of: str = ""
    note: str = ""

    @classmethod
    def at(cls, place: Path, of: str = "", note: str = "") -> OwnWheel:
        """The file at *place*."""
        return cls(place.name, hashlib.sha256(place.read_bytes()).hexdigest(), place, of, note)


def with_own_wheels(wanted: Requirements) -> tuple[Requirements, tuple[OwnWheel, ...]]:
    """*wanted* with each package of its own named by its wheel, and these; raises ``SourceError``.

    A comment tells what a wheel is built from, which is the same on every machine, as its bytes need not be.
    """
    wheels = [wheel_of(package) for package in wanted.own]
    vendored = [OwnWheel.at(place) for place in wanted.vendored]
    files = {name: _links(text, vendored) for name, text in wanted.files.items()}
    for package, wheel in zip(wanted.own, wheels, strict=True):
        files = {name: _named(text, package.word, wheel) for name, text in files.items()}
    by_name = {wheel.name: wheel for wheel in (*vendored, *wheels)}
    return replace(wanted, files=files), tuple(by_name.values())


def wheel_of(package: OwnPackage) -> OwnWheel:
    """What is installed for *package*; raises ``TypeError`` for one that is of neither kind."""
    if isinstance(package, GitPackage):
        return _of_repository(package)
    if isinstance(package, LocalPackage):
        return _of_source(package)
    raise TypeError(package)


def _of_source(package: LocalPackage) -> OwnWheel:
    if package.is_wheel:
        found = OwnWheel.at(package.place)
        return replace(found, of=found.digest[:DIGITS])
    source = Source.scan(package.place)
    digest = source.manifest.digest
    return OwnWheel.at(_kept(package, digest, source.copy_to), digest[:DIGITS])


def _of_repository(package: GitPackage) -> OwnWheel:
    commit = commit_of(package)
    pinned = replace(package, ref=commit.name)
    place = _kept(package, pinned.shown, partial(check_out, package, commit))
    return OwnWheel.at(place, pinned.shown, commit.note)


def _kept(package: GitPackage | LocalPackage, content: str, lay_out: Callable[[Path], object]) -> Path:
    """The wheel that was built of *content*, now or before."""
    house = cache_directory() / "own-wheels"
    kept = house / hashlib.sha256(content.encode()).hexdigest()
    with locked(house.with_suffix(".lock")):
        if not kept.is_dir():
            _build(package, kept, lay_out)
    (file,) = kept.glob("*.whl")
    return file


def _build(package: GitPackage | LocalPackage, kept: Path, lay_out: Callable[[Path], object]) -> None:
    """From a copy, as a build leaves things where it works."""
    kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent) as scratch:
        made, copy = Path(scratch, "wheel"), Path(scratch, "source")
        copy.mkdir()
        lay_out(copy)
        wheel = build_wheel(copy / package.subdirectory, made, f"{package.where}: {package.shown}: ")
        if not wheel.name.endswith(OF_ANY_MACHINE):
            raise SourceError(
                f"{package.where}: {package.shown}: its wheel {wheel.name} is for this machine's kind alone; put it "
                "into an index, built for the hosts"
            )
        shutil.move(made, kept)


def _named(text: str, word: str, wheel: OwnWheel) -> str:
    """*text* with the wheel in the place of *word*, and a comment at the end of the line."""
    whole = re.compile(rf"(?<= @ ){re.escape(word)}(?= |$)(.*)$", re.MULTILINE)
    return whole.sub(lambda match: f"file:wheels/{wheel.name}{match[1]}  # {wheel.of}", text)


def _links(text: str, vendored: Iterable[OwnWheel]) -> str:
    digest = hashlib.sha256("".join(wheel.digest for wheel in vendored).encode()).hexdigest()[:DIGITS]
    return text.replace(f"{FIND_LINKS}\n", f"{FIND_LINKS}  # {digest}\n")
