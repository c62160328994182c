"""HTTP/1.1 (RFC 9112)."""

from __future__ import annotations

from typing import BinaryIO, Dict


def request(path: str, headers: Dict[str, str]) -> bytes:
    """A ``GET`` of *path*."""
    lines = ["GET %s HTTP/1.1" % path, *("%s: %s" % header for header in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


def response(stream: BinaryIO) -> BinaryIO:
    """What comes back, in HTTP; nothing of it has been read yet."""
    return stream
