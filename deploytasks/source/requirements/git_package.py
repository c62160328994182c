"""A package in a git repository, which this machine reaches with its user's own credentials."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import field
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex
from deploytasks.source.requirements.environment_variables import filled_in
from deploytasks.source.requirements.own_package import stand_in
from deploytasks.source.requirements.requirement import name_and_extras, normal_name

COMMIT = regex(r"[0-9a-f]{40}")
_LINE = regex(
    r"(?:(?P<name>[^\s@]+(?:\s*\[[^\]]*\])?)\s*@\s*)?git\+(?P<url>[^\s;#]+)(?:#(?P<fragment>[^\s;]*))?\s*(?:;.+)?"
)
_SHORT_SSH = regex(r"(?P<user>[\w.-]+@)?(?P<host>[\w.-]+):(?P<path>[^/].*)")
"""As ``git clone`` takes it: ``git@host:owner/name`` (git-clone(1), GIT URLS)."""
_ENCRYPTED = ("https", "ssh", "file")


@frozen
class GitPackage:
    """The package *name* in the *subdirectory* of a repository at *url*, at *ref*: a commit, a tag, a branch.

    Where *ref* is empty the repository says which branch it is. *url* may hold a login. It is wanted at *where*, with
    the *extras* (``[redis]``) of it.
    """

    name: str
    url: str = field(repr=False)
    ref: str = ""
    subdirectory: str = ""
    where: str = ""
    extras: str = ""

    @property
    def shown(self) -> str:
        """It, for people and for plans: no login is in it."""
        below = f"#{self.subdirectory}" if self.subdirectory else ""
        return f"{_without_login(self.url)}{'@' if self.ref else ''}{self.ref}{below}"

    @property
    def word(self) -> str:
        """What stands for its wheel until that is known."""
        return stand_in("git", self.shown)

    @property
    def is_pinned(self) -> bool:
        """Whether a whole commit is named, which nobody can move."""
        return bool(COMMIT.fullmatch(self.ref))


def git_package(text: str, where: str = "", environment: Mapping[str, str] = os.environ) -> GitPackage | None:
    """The package that *text*, a line of requirements, wants from git; None when it is about none.

    ``${NAME}`` in its address is what *environment* says. Raises ``ValueError`` for one that cannot be fetched.
    """
    match = _LINE.fullmatch(text.strip())
    if match is None:
        return None
    url, _, ref = _cut(filled_in(match["url"], environment))
    said = parse_qs(match["fragment"] or "")
    name, extras = name_and_extras(match["name"] or said.get("egg", [""])[0])
    if not name:
        raise ValueError("a URL without a name; write NAME @ git+URL@TAG")
    return package_of(name, url, ref, said.get("subdirectory", [""])[0], where, extras)


def package_of(
    name: str, url: str, ref: str = "", subdirectory: str = "", where: str = "", extras: str = ""
) -> GitPackage:
    """The package *name* at *url*, as a lock file writes it; raises ``ValueError`` for one without encryption."""
    url = _usual(url.removeprefix("git+"))
    parts = urlsplit(url)
    if parts.scheme not in _ENCRYPTED and not _is_here(parts):
        raise ValueError(
            f"{_without_login(url)} is asked without encryption; expected git+https:// or git+ssh://, as whoever is on "
            "the way could put other code there"
        )
    below = unquote(subdirectory).strip("/")
    if ".." in below.split("/"):
        raise ValueError(f"subdirectory={below} leads out of the repository")
    return GitPackage(normal_name(name), url, ref, below, where, extras)


def _usual(url: str) -> str:
    short = None if "://" in url else _SHORT_SSH.fullmatch(url)
    return f"ssh://{short['user'] or ''}{short['host']}/{short['path']}" if short else url


def _cut(url: str) -> tuple[str, str, str]:
    """The address of the repository, and what stands behind the last ``@`` of its path."""
    parts = urlsplit(url)
    path, at, ref = parts.path.rpartition("@") if "@" in parts.path else (parts.path, "", "")
    return parts._replace(path=path).geturl(), at, ref


def _is_here(parts: SplitResult) -> bool:
    return parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost")


def _without_login(url: str) -> str:
    """*url* without a user's password; a user of ssh is a part of the address."""
    parts = urlsplit(url)
    user = f"{parts.username}@" if parts.scheme == "ssh" and parts.username else ""
    return parts._replace(netloc=user + parts.netloc.rpartition("@")[2]).geturl()
