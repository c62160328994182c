"""A package index that a file of the source names."""

from __future__ import annotations

import os
from dataclasses import field
from pathlib import Path
from typing import Literal
from urllib.parse import quote, urlsplit

from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex
from deploytasks.errors import SourceError
from deploytasks.source.requirements.environment_variables import filled_in

PUBLIC = regex(r"https://(pypi\.org|pypi\.python\.org)/simple/?")
Kind = Literal["index", "extra"]


@frozen
class Index:
    """At *line* of *path* the index at *url* is named, in the place of the public one or as an ``extra`` one.

    *url* may hold a login.
    """

    path: Path
    line: int
    kind: Kind
    url: str = field(repr=False)

    @classmethod
    def at(cls, path: Path, line: int, kind: Kind, url: str) -> Index:
        """The same with variables of this machine's environment filled in; raises ``SourceError`` for one not set."""
        try:
            return cls(path, line, kind, filled_in(url, os.environ))
        except ValueError as error:
            raise SourceError(f"{path}:{line}: {error}") from error

    @property
    def is_public(self) -> bool:
        """Whether it is the one that is asked where none is named."""
        return bool(PUBLIC.fullmatch(self.url))


def with_login(url: str, user: str, password: str) -> str:
    """*url* with the login that these variables of the environment hold, where it has none of its own."""
    parts = urlsplit(url)
    name, word = os.environ.get(user, ""), os.environ.get(password, "")
    if parts.username or not (name or word):
        return url
    login = ":".join(quote(text, safe="") for text in (name, word) if text or word)
    return parts._replace(netloc=f"{login}@{parts.netloc}").geturl()
