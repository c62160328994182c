"""A body whose length nobody has told, measured before the app is called. Managed by deploytasks.

CGI and much that speaks WSGI know a body by its length (``CONTENT_LENGTH``), and HTTP does without (RFC 9112, 7.1).
A release has this file as ``deploytasks_body.py``. Standard library only, Python 3.8.
"""

from __future__ import annotations

import sys
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Environ = dict[str, Any]
    App = Callable[[Environ, Any], Any]

IN_MEMORY = 65536
TOO_LARGE = "413 Content Too Large"
UNKNOWN = (None, "", "-1")
"""What CONTENT_LENGTH is then: the last is Caddy's."""


def measured(app: App, most: int = 0) -> App:
    """*app* (PEP 3333), which knows the length of each body; one of more than *most* bytes is answered with 413.

    0 is no limit: then a body whose end the server shows is handed on as it comes.
    """

    def called(environ: Environ, start_response: Any) -> Any:
        if not _is_unmeasured(environ) or (not most and environ.get("wsgi.input_terminated")):
            return app(environ, start_response)
        return _answer(app, environ, start_response, most)

    return called


def _answer(app: App, environ: Environ, start_response: Any, most: int) -> Iterator[bytes]:
    """Measures the body when the first piece of the answer is wanted; it is there until the last one is."""
    with SpooledTemporaryFile(IN_MEMORY) as body:
        read = _reader(environ)
        length = _moved(read, body, most)
        if 0 < most < length:
            _drop(read, most)
            start_response(TOO_LARGE, [("Content-Length", "0")])
            return
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        told = str(length) if length else ""
        answer = app({**environ, "wsgi.input": body, "CONTENT_LENGTH": told}, start_response)
        try:
            yield from answer
        finally:
            getattr(answer, "close", lambda: None)()


def _is_unmeasured(environ: Environ) -> bool:
    """Whether there may be a body whose length is not known: by CGI it ends with what is read, but for uWSGI's own."""
    by_cgi = "GATEWAY_INTERFACE" in environ and "uwsgi" not in sys.modules
    may_have = "HTTP_TRANSFER_ENCODING" in environ or by_cgi
    return may_have and environ.get("CONTENT_LENGTH") in UNKNOWN


def _reader(environ: Environ) -> Callable[[], bytes]:
    """What gives a body piece by piece: uWSGI, which has a module of its own in its programs, does it by a function."""
    uwsgi = sys.modules.get("uwsgi")
    read: Callable[[], bytes] = getattr(uwsgi, "chunked_read", partial(environ["wsgi.input"].read, IN_MEMORY))
    return read


def _moved(read: Callable[[], bytes], body: IO[bytes], most: int) -> int:
    """How much was *read*, which is in *body* now, at its beginning; it ends beyond *most*."""
    length = 0
    chunk = read()
    while chunk and not 0 < most < length:
        length += body.write(chunk)
        chunk = read()
    body.seek(0)
    return length


def _drop(read: Callable[[], bytes], most: int) -> None:
    """Read about *most* bytes more: a web server that still sends takes an answer for a broken connection."""
    dropped = 0
    chunk = read()
    while chunk and dropped < most:
        dropped += len(chunk)
        chunk = read()
