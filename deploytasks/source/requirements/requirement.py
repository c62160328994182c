"""One requirement: a package that is wanted, in the form that pip and uv read (PEP 508)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex
from deploytasks.source.requirements.markers import is_marker

if TYPE_CHECKING:
    from deploytasks.source.requirements.own_package import OwnPackage

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_EXTRAS = rf"\[\s*(?:{_NAME}\s*(?:,\s*{_NAME}\s*)*)?\]"
_CLAUSE = r"(?:===\s*[^\s,;()]+|(?:~=|==|!=|<=|>=|<|>)\s*[A-Za-z0-9._*+!-]+)"
_CLAUSES = rf"{_CLAUSE}\s*(?:,\s*{_CLAUSE}\s*)*,?"
_REQUIREMENT = regex(
    rf"(?P<name>{_NAME})\s*(?P<extras>{_EXTRAS})?\s*"
    rf"(?:@\s*(?P<url>\S+)|\(\s*{_CLAUSES}\s*\)|{_CLAUSES})?\s*(?:;(?P<marker>.+))?"
)
_HASH = regex(r"sha(?:256|384|512):[0-9a-f]{64,128}")
_NAMED = regex(rf"({_NAME})?\s*({_EXTRAS})?")


@frozen
class Requirement:
    """A package by its normal *name*, and the *text* that wants it (``flask==3.1 ; os_name == "posix"``).

    *package* is what its wheel is built from here.
    """

    name: str
    text: str
    hashes: tuple[str, ...] = ()
    package: OwnPackage | None = None

    @classmethod
    def of(cls, package: OwnPackage, marker: str = "") -> Requirement:
        """What wants *package*, where *marker* holds."""
        condition = f" ; {marker}" if marker else ""
        return cls(
            package.name, f"{package.name}{package.extras} @ {package.word}{condition}", package=package
        )

    @property
    def is_checked(self) -> bool:
        """Whether nothing but what was meant can be installed: what is built here is known by its content."""
        return bool(self.hashes) or self.package is not None

    def hashed(self, hashes: list[str]) -> Requirement:
        """The same requirement that accepts only files with one of *hashes* (``sha256:…``)."""
        return replace(self, hashes=tuple(sorted({*self.hashes, *hashes})))

    def __str__(self) -> str:
        """The line for ``requirements.txt``."""
        return " ".join([self.text, *(f"--hash={value}" for value in self.hashes)])


def parse_requirement(text: str) -> Requirement:
    """The requirement that *text* says; raises ``ValueError`` when a host could not install it."""
    match = _REQUIREMENT.fullmatch(text.strip())
    if match is None:
        raise ValueError("not a requirement; expected NAME==VERSION")
    checked_marker(match["marker"] or "")
    if match["url"]:
        _refuse_unreachable(match["url"])
    return Requirement(normal_name(match["name"]), " ".join(text.split()))


def checked_marker(text: str) -> str:
    """The marker *text*, stripped; raises ``ValueError`` when it is none."""
    marker = text.strip()
    if marker and not is_marker(marker):
        raise ValueError(f"not a marker: {marker!r}; e.g. python_version < '3.12'")
    return marker


def is_hash(text: str) -> bool:
    """Whether *text* is a digest that pip accepts, such as ``sha256:…``."""
    return bool(_HASH.fullmatch(text))


def normal_name(name: str) -> str:
    """The one spelling of a package's name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def name_and_extras(text: str) -> tuple[str, str]:
    """The parts of ``name[extra]``; both are empty for anything else."""
    match = _NAMED.fullmatch(text.strip())
    return (match[1] or "", match[2] or "") if match else ("", "")


def _refuse_unreachable(url: str) -> None:
    if "${" in url:
        raise ValueError("environment variable; the host does not have it")
    if not url.startswith("https://"):
        raise ValueError(f"the host cannot fetch {url}; expected an https:// URL or a release from the index")
    if urlsplit(url).username:
        raise ValueError(
            "its login would lie on the host; put the file into the source, or into an index that "
            "pip_extra_index_urls names"
        )
