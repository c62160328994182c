"""One requirement: a package that is wanted, in the form that pip and uv read (PEP 508)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from deploytasks.source.markers import is_marker

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_EXTRAS = rf"\[\s*(?:{_NAME}\s*(?:,\s*{_NAME}\s*)*)?\]"
_CLAUSE = r"(?:===\s*[^\s,;()]+|(?:~=|==|!=|<=|>=|<|>)\s*[A-Za-z0-9._*+!-]+)"
_CLAUSES = rf"{_CLAUSE}\s*(?:,\s*{_CLAUSE}\s*)*,?"
_REQUIREMENT = re.compile(
    rf"(?P<name>{_NAME})\s*(?P<extras>{_EXTRAS})?\s*"
    rf"(?:@\s*(?P<url>\S+)|\(\s*{_CLAUSES}\s*\)|{_CLAUSES})?\s*(?:;(?P<marker>.+))?"
)
_HASH = re.compile(r"sha(?:256|384|512):[0-9a-f]{64,128}")
_PINNED_COMMIT = re.compile(r"git\+https://[^@]+@[0-9a-f]{40}(#.*)?")


@dataclass(frozen=True)
class Requirement:
    """A package by its normal *name*, and the *text* that wants it (``flask==3.1 ; os_name == "posix"``)."""

    name: str
    text: str
    hashes: tuple[str, ...] = ()

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
    if match["marker"] and not is_marker(match["marker"].strip()):
        raise ValueError(f"not a marker: {match['marker'].strip()!r}; e.g. python_version < '3.12'")
    if match["url"]:
        _refuse_unreachable(match["url"])
    return Requirement(normal_name(match["name"]), " ".join(text.split()))


def is_hash(text: str) -> bool:
    """Whether *text* is a digest that pip accepts, such as ``sha256:…``."""
    return bool(_HASH.fullmatch(text))


def normal_name(name: str) -> str:
    """The one spelling of a package's name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _refuse_unreachable(url: str) -> None:
    if "${" in url:
        raise ValueError(f"environment variable in {url}; the host does not have it")
    if url.startswith("https://") or _PINNED_COMMIT.fullmatch(url):
        return
    if url.startswith("git+"):
        raise ValueError(f"{url} may change or need a key; expected git+https://…@ and a whole commit hash")
    raise ValueError(f"the host cannot fetch {url}; expected an https:// URL or a release from the index")
