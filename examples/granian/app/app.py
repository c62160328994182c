"""A WSGI app that tells who serves it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer with the server's name."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ.get("SERVER_SOFTWARE", "somebody").encode() + b"\n"]
