"""What answers at a web server's port, for tests of who visits it."""

from __future__ import annotations

import http.server
from typing import Iterable


def site_handler(
    app: str, statuses: Iterable[int] = (), whose_status: int = 200, mount: str = ""
) -> type[http.server.BaseHTTPRequestHandler]:
    """The site of *app*, whose page has one of *statuses* after another, and then 200; the app is below *mount*."""

    coming = iter(statuses)

    class Site(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_OPTIONS(self) -> None:
            asked = self.headers["X-Deploytasks"] == "whose" and self.path == f"{mount}/"
            self.answer(whose_status, b"the site of " + app.encode() if asked and app else b"")

        def do_GET(self) -> None:
            assert self.headers["X-Deploytasks"] is None
            self.answer(next(coming, 200), b"<p>page</p>")

        def answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Site
