"""A public key as OpenSSH writes it in a line: options, type, key, comment (sshd(8), AUTHORIZED_KEYS FILE FORMAT)."""

from __future__ import annotations

import base64
import hashlib
from typing import Iterator, List, Tuple

from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex

KIND = r"(?:ssh-(?:ed25519|rsa|dss)|ecdsa-sha2-nistp\d+|sk-[\w-]+@openssh\.com|[\w.-]+-cert-v01@openssh\.com)"
LINE = regex(
    r"(?:((?:[^\s\"]|\"(?:[^\"\\]|\\.)*\")+)[ \t]+)?(%s)[ \t]+([A-Za-z0-9+/]+=*)(?:[ \t]+(.*\S))?[ \t]*"
    % KIND
)
SHOWN = 40


@frozen
class PublicKey:
    """One key, in base64 as it is written, with what stands before and after it."""

    options: str
    kind: str
    key: str
    comment: str

    @property
    def line(self) -> str:
        return " ".join(filter(None, (self.options, self.kind, self.key, self.comment)))

    @property
    def fingerprint(self) -> str:
        """As ssh-keygen(1) ``-l`` tells it."""
        digest = hashlib.sha256(base64.b64decode(self.key)).digest()
        return "SHA256:" + base64.b64encode(digest).decode("ascii").rstrip("=")


def public_key(line: str) -> PublicKey:
    """The key in *line*; raises ``ValueError`` for a line that has none."""
    found = LINE.fullmatch(line.strip())
    if found is None or "PRIVATE" in line:
        raise ValueError(
            "%r… is no public key; expected a line such as ssh-ed25519 AAAAC3… name" % _shown(line)
        )
    options, kind, key, comment = (part or "" for part in found.groups())
    if not _says_itself(kind, key):
        raise ValueError("the key of %r… is damaged: it is no %s" % (_shown(line), kind))
    return PublicKey(options, kind, key, comment)


def public_keys(text: str) -> List[PublicKey]:
    """Those in *text*, a file of them; what is none is left out."""
    return list(_found(text.splitlines()))


def _found(lines: List[str]) -> Iterator[PublicKey]:
    for line in lines:
        try:
            yield public_key(line)
        except ValueError:
            continue


def _says_itself(kind: str, key: str) -> bool:
    """A key begins with the length of its type and that (RFC 4253, section 6.6)."""
    try:
        raw = base64.b64decode(key, validate=True)
    except ValueError:
        return False
    return raw.startswith(len(kind).to_bytes(4, "big") + kind.encode("ascii"))


def _shown(line: str) -> str:
    """So much of what may be anything that one knows which it is; of a private key that is its first line."""
    return line.strip()[:SHOWN].split("\n")[0]


def is_of(line: str, keys: Tuple[PublicKey, ...]) -> bool:
    """Whether *line* has one of *keys*, whatever its options."""
    return any(found.key == key.key for found in _found([line]) for key in keys)
