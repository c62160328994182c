"""The two directions of the conversation, in frames.

A frame is one letter, the body's length in four bytes (big-endian) and the body:

====== =========================================================================
``J``  a JSON object
``Z``  a JSON object, compressed (zlib)
``D``  a piece of the content announced by ``{"blob": digest, "packed": bool}``
``E``  the end of that content (no body)
``B``  a beat: the controller is there (no body)
``O``  what a command has printed to its standard output; ``D`` and ``E`` are its standard input
``R``  and to its standard error
====== =========================================================================

The agent's side begins with the nonce that the controller chose and ``!``, so that what a login shell
prints before is skipped, and nothing that it prints can be taken for an event. Where the agent is not
kept on the host, ``<nonce>?`` and a newline come before: it is to be sent.
"""

from __future__ import annotations

import json
import struct
import zlib
from typing import Any, Callable, Dict, Iterator, NamedTuple

BEAT = b"B"
PRINTED = (b"O", b"R")
LETTERS = frozenset({b"J", b"Z", b"D", b"E", BEAT, *PRINTED})
HEAD = struct.Struct(">cI")
WORTH_PACKING = 1024
LARGEST_FRAME = 1 << 26
"""64 MiB: a longer one is noise, not a frame."""


class WireError(Exception):
    """What arrived is not a frame; *received* is its beginning."""

    def __init__(self, reason: str, received: bytes = b"") -> None:
        super().__init__(reason)
        self.received = received


class Frame(NamedTuple):
    """One frame as it arrived."""

    letter: bytes
    body: bytes

    def to_json(self) -> Dict[str, Any]:
        """The object of a ``J`` frame; raises ``WireError`` for any other frame."""
        if self.letter not in (b"J", b"Z"):
            raise WireError("expected an object, got a %r frame" % self.letter, self.body[:200])
        try:
            document = json.loads(self._unpacked() if self.letter == b"Z" else self.body)
        except (ValueError, RecursionError) as error:
            raise WireError("an object arrived damaged, or is too deep", self.body[:200]) from error
        if not isinstance(document, dict):
            raise WireError("expected an object", self.body[:200])
        return document

    def _unpacked(self) -> bytes:
        unpack = zlib.decompressobj()
        try:
            plain = unpack.decompress(self.body, LARGEST_FRAME)
        except zlib.error as error:
            raise WireError("a frame arrived damaged: %s" % error, self.body[:200]) from error
        if unpack.unconsumed_tail:
            raise WireError("a frame is larger than %d bytes" % LARGEST_FRAME, self.body[:200])
        return plain


def pack(letter: bytes, body: bytes = b"") -> bytes:
    """A frame's bytes."""
    return HEAD.pack(letter, len(body)) + body


def pack_json(document: Dict[str, Any]) -> bytes:
    """The bytes of a ``J`` frame, or of a ``Z`` frame when that is worth it."""
    plain = json.dumps(document, separators=(",", ":")).encode("ascii")
    return pack(b"J", plain) if len(plain) < WORTH_PACKING else pack(b"Z", zlib.compress(plain))


def frames(read: Callable[[int], bytes]) -> Iterator[Frame]:
    """The frames that *read* delivers until its end.

    *read(n)* returns exactly *n* bytes, or fewer at the end of the stream.
    Raises ``WireError`` when the stream ends inside a frame or holds anything else.
    """
    while True:
        head = read(HEAD.size)
        if not head:
            return
        if len(head) < HEAD.size:
            raise WireError("the stream ended inside a frame", head)
        letter, length = HEAD.unpack(head)
        if letter not in LETTERS or length > LARGEST_FRAME:
            raise WireError("this is not a frame", head)
        body = read(length)
        if len(body) < length:
            raise WireError("the stream ended inside a frame", body[:200])
        yield Frame(letter, body)
