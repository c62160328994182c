"""Host keys: what known_hosts files say of a host, and the verdict on the key that it shows.

The format is that of sshd(8), SSH_KNOWN_HOSTS FILE FORMAT: several names, ``*``, ``?`` and ``!`` patterns,
hashed names, ``[host]:port`` and ``@revoked``. Certificate authorities are passed over: paramiko does not
verify host certificates.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Iterator
from enum import Enum
from fnmatch import fnmatchcase
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from deploytasks.agent.frozen import frozen
from deploytasks.inventory.environment import KNOWN_HOSTS

SSH_PORT = 22
IN_ENVIRONMENT = Path(f"${KNOWN_HOSTS}")
"""For people, the place of what is given there."""


@frozen
class HostKey:
    """A public key in the form in which it goes over the wire (RFC 4253, section 6.6)."""

    type: str
    blob: bytes

    @property
    def text(self) -> str:
        """As it stands in a known_hosts file."""
        return f"{self.type} {base64.b64encode(self.blob).decode()}"

    @property
    def fingerprint(self) -> str:
        """As ssh-keygen(1) shows it: ``SHA256:…``."""
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.blob).digest()).decode().rstrip("=")

    def __str__(self) -> str:
        return f"{self.type} {self.fingerprint}"


@frozen
class KnownKey:
    """One line of a known_hosts file."""

    file: Path
    line: int
    marker: str
    names: str
    key: HostKey

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"

    def speaks_of(self, name: str) -> bool:
        """Whether one of the line's patterns matches *name* and no negated one does."""
        patterns = self.names.lower().split(",") if not self.names.startswith("|") else [self.names]
        if any(pattern.startswith("!") and is_match(name, pattern[1:]) for pattern in patterns):
            return False
        return any(is_match(name, pattern) for pattern in patterns)


class Standing(Enum):
    """What known_hosts files make of a key."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    CHANGED = "changed"
    REVOKED = "revoked"


@frozen
class Verdict:
    """The *standing* of a key, and the line that it rests on, if any."""

    standing: Standing
    line: KnownKey | None = None


@frozen
class KnownHosts:
    """Several known_hosts files, read in this order; one that does not exist is empty. What is *given* comes first."""

    files: tuple[Path, ...]
    given: str = ""

    def lines_for(self, name: str) -> list[KnownKey]:
        lines = chain(lines_of(self.given, IN_ENVIRONMENT), *map(read_lines, self.files))
        return [line for line in lines if line.speaks_of(name.lower())]

    def types_for(self, name: str) -> list[str]:
        """The types of the keys known for *name*; ask the host for one of these first, as ssh(1) does."""
        return list(dict.fromkeys(line.key.type for line in self.lines_for(name) if not line.marker))

    def verdict(self, name: str, key: HostKey) -> Verdict:
        """What to make of *key*, shown by the host *name*.

        A host that is known by keys of other types only counts as changed: it was asked for those first. This
        is stricter than ssh(1), which takes such a key for new.
        """
        lines = self.lines_for(name)
        for line in lines:
            if line.marker == "@revoked" and line.key == key:
                return Verdict(Standing.REVOKED, line)
        plain = [line for line in lines if not line.marker]
        for line in plain:
            if line.key == key:
                return Verdict(Standing.KNOWN, line)
        if plain:
            return Verdict(
                Standing.CHANGED, next((line for line in plain if line.key.type == key.type), plain[0])
            )
        return Verdict(Standing.UNKNOWN)


def known_name(host: str, port: int) -> str:
    """The name under which *host* is known.

    >>> known_name("Web1", 22), known_name("::1", 2222)
    ('web1', '[::1]:2222')
    """
    return host.lower() if port == SSH_PORT else f"[{host.lower()}]:{port}"


def read_lines(file: Path) -> Iterator[KnownKey]:
    """The keys of *file*; lines that are not one are passed over, as by ssh(1)."""
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError:  # As for ssh(1), a file that cannot be read knows nobody.
        return
    yield from lines_of(text, file)


def lines_of(text: str, file: Path) -> Iterator[KnownKey]:
    """The keys in *text*, which is that of *file*."""
    for number, line in enumerate(text.splitlines(), start=1):
        fields = line.split()
        marker = fields.pop(0) if line.startswith("@") else ""
        if len(fields) < 3 or fields[0].startswith("#"):
            continue
        try:
            blob = base64.b64decode(fields[2], validate=True)
        except (binascii.Error, ValueError):
            continue
        yield KnownKey(file, number, marker, fields[0], HostKey(fields[1], blob))


def add_line(file: Path, name: str, key: HostKey, *, hashed: bool) -> None:
    """*file* knows *name* by *key*; the line is added in one write, as others may add theirs meanwhile."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with file.open("ab+") as known:
        unfinished = known.tell() > 0 and not _ends_with_newline(known)
        line = f"{hashed_name(name, os.urandom(20)) if hashed else name} {key.text}\n"
        known.write(b"\n" * unfinished + line.encode())


def hashed_name(name: str, salt: bytes) -> str:
    """*name* as ``HashKnownHosts yes`` writes it: ``|1|salt|HMAC-SHA1``."""
    digest = hmac.new(salt, name.encode(), hashlib.sha1).digest()
    return f"|1|{base64.b64encode(salt).decode()}|{base64.b64encode(digest).decode()}"


def is_match(name: str, pattern: str) -> bool:
    """Whether *name* is what *pattern*, hashed or with wildcards, stands for."""
    if not pattern.startswith("|1|"):
        # Brackets are part of "[host]:port", not a set of characters.
        return fnmatchcase(name, pattern.replace("[", "[[]"))
    try:
        salt = base64.b64decode(pattern.split("|")[2])
    except (binascii.Error, IndexError):
        return False
    return hmac.compare_digest(hashed_name(name, salt), pattern)


def _ends_with_newline(file: BinaryIO) -> bool:
    file.seek(-1, os.SEEK_END)
    return file.read() == b"\n"
