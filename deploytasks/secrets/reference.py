"""A value that names a secret in place of being one: ``env:NAME``, ``sops:FILE#path``, ``op://vault/item/field``."""

from __future__ import annotations

from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex
from deploytasks.errors import ConfigError
from deploytasks.secrets.source import SHIPPED, SecretSource, source_called

BEGINNING = regex(r"([a-z][a-z0-9-]*):(\S.*)")
PORT = regex(r"\d{1,5}(/.*)?")
"""What stands behind the colon of a host with its port."""
OF_FILES = ("age", "file", "sops")
NOT_SHOWN = {"command": 1, "literal": 0}
"""How many words may be seen of what is a command line, or no reference at all."""


@frozen
class Reference:
    """What the source *scheme* is asked for: *rest*."""

    scheme: str
    rest: str

    @property
    def source(self) -> SecretSource:
        """Who is asked; raises ``ConfigError`` for a scheme that is no source's."""
        source = source_called(self.scheme)
        if source is None:
            raise ConfigError(f"{self}: there is no secret source {self.scheme}")
        return source

    @property
    def file(self) -> str:
        """The file on this machine that it reads; empty if none."""
        return self.rest.partition("#")[0] if self.scheme in OF_FILES else ""

    def __str__(self) -> str:
        shown = NOT_SHOWN.get(self.scheme)
        words = self.rest.split()
        if shown is None or len(words) <= shown:
            return f"{self.scheme}:{self.rest}"
        return f"{self.scheme}:{' '.join([*words[:shown], '…'])}"


def reference_in(value: object) -> Reference | None:
    """The reference that *value* is; None for an ordinary value, also for one that merely begins like a reference.

    Raises ``ConfigError`` for a source of another package that cannot be used.
    """
    match = BEGINNING.fullmatch(value) if isinstance(value, str) else None
    if match is None or PORT.fullmatch(match[2]):
        return None
    scheme, rest = match[1], match[2]
    if rest.startswith("//") and scheme not in SHIPPED:
        return None  # A URL, as so many values are: for none of them other packages are looked through.
    source = source_called(scheme)
    return Reference(scheme, rest) if source and source.is_one(rest) else None


def begins_alike(value: object) -> bool:
    """Whether *value* begins like a reference to a shipped source and is none, so that it stays as it is written."""
    match = BEGINNING.fullmatch(value) if isinstance(value, str) else None
    return match is not None and match[1] in SHIPPED and reference_in(value) is None
