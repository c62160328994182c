"""What an OpenPGP key is known by, without a program for it (RFC 4880)."""

from __future__ import annotations

import base64
import hashlib
from typing import Iterator, Tuple

from deploytasks.agent.regex import regex

ARMOUR = regex(
    rb"-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n(?:[^\r\n]+\r?\n)*\r?\n"
    rb"([A-Za-z0-9+/=\r\n]+?)(?:=[A-Za-z0-9+/]{4}\r?\n)?-----END"
)
PUBLIC_KEY = 6
"""The tag of the packet that a primary key is in; a subkey has another."""


def fingerprints(content: bytes) -> Tuple[str, ...]:
    """Of the primary keys in *content*, armoured or not; none where it is no key."""
    blocks = [base64.b64decode(block) for block in ARMOUR.findall(content)]
    try:
        return tuple(_fingerprint(body) for block in blocks or [content] for body in _keys(block))
    except IndexError:
        return ()


def _fingerprint(body: bytes) -> str:
    """That of a key of version 4 (section 12.2)."""
    counted = b"\x99" + len(body).to_bytes(2, "big") + body
    return hashlib.sha1(counted).hexdigest().upper()  # noqa: S324  # nosec B324  it is defined by it


def _keys(block: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(block):
        if not block[at] & 0x80:
            return
        tag, begin, length = _packet(block, at)
        if tag == PUBLIC_KEY and block[begin] == 4:
            yield block[begin : begin + length]
        at = begin + length


def _packet(block: bytes, at: int) -> Tuple[int, int, int]:
    """The tag of the packet at *at*, where its body begins, and how long that is (section 4.2)."""
    head = block[at]
    if not head & 0x40:
        octets = (1, 2, 4)[head & 3]
        return head >> 2 & 15, at + 1 + octets, int.from_bytes(block[at + 1 : at + 1 + octets], "big")
    first = block[at + 1]
    if first < 192:
        return head & 63, at + 2, first
    if first < 224:
        return head & 63, at + 3, (first - 192 << 8) + block[at + 2] + 192
    return head & 63, at + 6, int.from_bytes(block[at + 2 : at + 6], "big")
