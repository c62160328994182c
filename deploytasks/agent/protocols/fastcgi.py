"""FastCGI as a responder speaks it (FastCGI Specification 1.0, sections 3 and 6.2)."""

from __future__ import annotations

import io
import struct
from typing import BinaryIO, Dict, Iterator, Tuple

from deploytasks.agent.protocols.cgi import variables

HEADER = struct.Struct(">BBHHBx")
BEGIN_REQUEST, END_REQUEST, PARAMS, STDIN, STDOUT = 1, 3, 4, 5, 6
RESPONDER = struct.pack(">HB5x", 1, 0)
READ = 1 << 21
"""Bytes of an answer at most."""
SCRIPT = "./app"
"""What web servers say as well: with CGI, the script of the release beside which its instance was started."""


def request(path: str, headers: Dict[str, str]) -> bytes:
    """A ``GET`` of *path*."""
    named = {**variables(path, headers), "SCRIPT_FILENAME": SCRIPT}
    params = b"".join(_pair(name, value) for name, value in named.items())
    records = ((BEGIN_REQUEST, RESPONDER), (PARAMS, params), (PARAMS, b""), (STDIN, b""))
    return b"".join(HEADER.pack(1, kind, 1, len(body), 0) + body for kind, body in records)


def response(stream: BinaryIO) -> BinaryIO:
    """What comes back, read to its end, or as far as anybody looks, and turned into HTTP."""
    said = b""
    for kind, body in _records(stream):
        said += body if kind == STDOUT else b""
        if len(said) > READ:
            break
    return io.BytesIO(_as_http(said))


def _records(stream: BinaryIO) -> Iterator[Tuple[int, bytes]]:
    while True:
        header = stream.read(HEADER.size)
        if len(header) < HEADER.size:
            return
        _, kind, _, length, padding = HEADER.unpack(header)
        body = stream.read(length)
        stream.read(padding)
        if kind == END_REQUEST:
            return
        yield kind, body


def _as_http(said: bytes) -> bytes:
    """A CGI response, whose status is one of its header fields, as an HTTP response (RFC 3875, section 6.3)."""
    head, separator, _ = said.partition(b"\n\r\n" if b"\r\n\r\n" in said else b"\n\n")
    if not separator:
        return b""
    fields = (line.partition(b":") for line in head.splitlines())
    status = next((value.strip() for name, _, value in fields if name.lower() == b"status"), b"200 OK")
    return b"HTTP/1.1 " + status + b"\r\n" + said


def _pair(name: str, value: str) -> bytes:
    return _length(name) + _length(value) + name.encode("ascii") + value.encode("ascii")


def _length(text: str) -> bytes:
    return bytes([len(text)]) if len(text) < 0x80 else struct.pack(">I", len(text) | 0x80000000)
