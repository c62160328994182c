"""A WSGI callable without any framework (PEP 3333)."""

from collections.abc import Callable, Iterable


def application(environ: dict[str, object], start_response: Callable[..., object]) -> Iterable[bytes]:
    """Say hello to whoever asks."""
    body = f"hello {environ['PATH_INFO']}\n".encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
