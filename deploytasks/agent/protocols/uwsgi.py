"""The uwsgi protocol: a packet of variables, answered in HTTP (uwsgi-docs, "The uwsgi Protocol")."""

from __future__ import annotations

import socket
import struct
from http.client import HTTPResponse
from typing import Dict

from deploytasks.agent.protocols.cgi import variables


def request(path: str, headers: Dict[str, str]) -> bytes:
    """A ``GET`` of *path*."""
    pairs = variables(path, headers).items()
    body = b"".join(_counted(name) + _counted(value) for name, value in pairs)
    return struct.pack("<BHB", 0, len(body), 0) + body


def response(connection: socket.socket) -> HTTPResponse:
    """What comes back; nothing of it has been read yet."""
    return HTTPResponse(connection, method="GET")


def _counted(text: str) -> bytes:
    return struct.pack("<H", len(text)) + text.encode("ascii")
