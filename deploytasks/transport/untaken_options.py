"""Options of ssh's own configuration that mean nothing to a connection of ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from deploytasks.agent.frozen import frozen
from deploytasks.transport.sshconfig import MOST_INCLUDES, included_by

TAKEN = frozenset(
    [
        "connecttimeout",
        "globalknownhostsfile",
        "hashknownhosts",
        "hostkeyalias",
        "hostname",
        "identitiesonly",
        "identityagent",
        "identityfile",
        "port",
        "proxycommand",
        "proxyjump",
        "serveraliveinterval",
        "stricthostkeychecking",
        "user",
        "userknownhostsfile",
        "host",
        "match",
        "include",
        "ignoreunknown",
    ]
)
FOR_LOGIN = frozenset(
    [
        "addressfamily",
        "bindaddress",
        "bindinterface",
        "certificatefile",
        "hostbasedauthentication",
        "knownhostscommand",
        "pkcs11provider",
        "revokedhostkeys",
        "securitykeyprovider",
    ]
)
"""Without these, ssh may come to a host, or may refuse one, where we do not."""


@frozen
class Untaken:
    """The *option* as it stands in line *line* of *file*."""

    option: str
    file: Path
    line: int

    @property
    def matters(self) -> bool:
        return self.option.lower() in FOR_LOGIN

    def __str__(self) -> str:
        return f"{self.option} ({self.file}:{self.line})"


def untaken_options(files: Iterable[Path]) -> list[Untaken]:
    """Those in *files* and what they include, each once."""
    found: dict[str, Untaken] = {}
    for file in files:
        for untaken in _in_file(file):
            found.setdefault(untaken.option.lower(), untaken)
    return list(found.values())


def _in_file(file: Path, depth: int = 0) -> Iterator[Untaken]:
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    for number, line in enumerate(text.splitlines(), start=1):
        option, _, value = line.strip().replace("=", " ", 1).partition(" ")
        if option.lower() == "include" and depth < MOST_INCLUDES:
            for inner in included_by(file, value):
                yield from _in_file(inner, depth + 1)
        elif option and not option.startswith("#") and option.lower() not in TAKEN:
            yield Untaken(option, file, number)
