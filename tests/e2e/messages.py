"""Requests of many forms, and what of each reaches an app, whatever web server is in front."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.e2e.project import REQUEST_TIMEOUT_S, Project

COOKIE = "c=" + "k" * 7000
PIECES = (b"hello ", b"w" * 100_000, b"!")
BODY = b"".join(PIECES)
APP = """

not_an_echo = app


def app(environ, start_response):
    if not environ["PATH_INFO"].startswith("/echo"):
        return not_an_echo(environ, start_response)
    length = environ.get("CONTENT_LENGTH")
    body = environ["wsgi.input"].read(int(length) if length else -1)
    heard = [environ["REQUEST_METHOD"], environ["PATH_INFO"], environ["QUERY_STRING"]]
    answer = json.dumps([*heard, len(body), len(environ.get("HTTP_COOKIE", ""))]).encode()
    cookies = [("Set-Cookie", "a=" + "x" * 2000), ("Set-Cookie", "b=" + "y" * 2000)]
    start_response("200 OK", [("Content-Length", str(len(answer))), *cookies])
    return [answer]
"""
"""What an app's source says besides, so that it says what it has heard."""


@dataclass(frozen=True)
class Message:
    """A request for *target*; *heard* is the path and the query that the app hears of it."""

    target: str
    heard: tuple[str, str]
    method: str = "GET"
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def wanted(self) -> list[Any]:
        """What the app should say; nothing to HEAD."""
        length = len(BODY) if self.body is not None else 0
        said = [self.method, *self.heard, length, len(self.headers.get("Cookie", ""))]
        return [200, 2, None if self.method == "HEAD" else said]


MESSAGES = (
    Message("/echo/a%2Fb?c=%2F", ("/echo/a/b", "c=%2F")),
    Message("/echo//a", ("/echo//a", "")),
    Message("/echo/a/../b/./c", ("/echo/a/../b/./c", "")),
    Message("/echo/a%2F..%2F%2e%2e/echo", ("/echo/a/../../echo", "")),
    Message("/echo/%2525?d=%2525", ("/echo/%25", "d=%2525")),
    Message("/echo/%C3%BC?%C3%BC=%C3%BC", ("/echo/\u00c3\u00bc", "%C3%BC=%C3%BC")),
    Message("/echo;v=1?a;b=;", ("/echo;v=1", "a;b=;")),
    Message("/echo/", ("/echo/", ""), headers={"Cookie": COOKIE}),
    Message("/echo", ("/echo", ""), "HEAD"),
    *(
        Message("/echo", ("/echo", ""), method, BODY)
        for method in ("POST", "PUT", "PATCH", "DELETE", "PROPFIND")
    ),
    Message("/echo", ("/echo", ""), "POST", BODY, {"Expect": "100-continue"}),
    Message("/echo", ("/echo", ""), "POST", PIECES, {"Transfer-Encoding": "chunked"}),
)


def heard(project: Project) -> Iterator[list[Any]]:
    """What is answered to each message: status, how many cookies are set, what the app has heard."""
    for message in MESSAGES:
        connection = http.client.HTTPConnection(
            project.target.host, project.target.http_port, timeout=REQUEST_TIMEOUT_S
        )
        is_chunked = isinstance(message.body, tuple)
        headers = {"Host": f"{project.name}.test", **message.headers}
        body = iter(message.body) if is_chunked else message.body
        connection.request(message.method, message.target, body, headers, encode_chunked=is_chunked)
        answer = connection.getresponse()
        said = answer.read()
        cookies = answer.headers.get_all("Set-Cookie") or ()
        yield [answer.status, len(cookies), json.loads(said) if said else None]
        connection.close()
