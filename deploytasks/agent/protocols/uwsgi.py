"""The uwsgi protocol: a packet of variables, answered in HTTP (uwsgi-docs, "The uwsgi Protocol")."""

from __future__ import annotations

import struct
from typing import BinaryIO, Dict

from deploytasks.agent.protocols.cgi import variables


def request(path: str, headers: Dict[str, str]) -> bytes:
    """A ``GET`` of *path*."""
    pairs = variables(path, headers).items()
    body = b"".join(_counted(name) + _counted(value) for name, value in pairs)
    return struct.pack("<BHB", 0, len(body), 0) + body


def response(stream: BinaryIO) -> BinaryIO:
    """What comes back, in HTTP; nothing of it has been read yet."""
    return stream


def _counted(text: str) -> bytes:
    return struct.pack("<H", len(text)) + text.encode("ascii")
