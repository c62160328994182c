"""An instance that a launcher starts: its app and its socket. Managed by deploytasks.

A release has this file beside its ``serve.py``, under a name that no app's module has. It runs in
the app's own Python, 3.8 or later, and imports the standard library only.
"""

from __future__ import annotations

import importlib
import os
import signal
import socket
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable

    Environ = dict[str, Any]
    StartResponse = Callable[..., Any]
    App = Callable[[Environ, StartResponse], Any]

BACKLOG = 4096
"""So many connections may wait to be taken: as many as a web server of the usual settings brings at most."""
OF_THE_SOCKET = ("REMOTE_HOST", "REMOTE_PORT")
FORWARDED = "HTTP_X_FORWARDED_"
SAID_BY_PROXIES = (
    "HTTP_FORWARDED",
    "HTTP_FRONT_END_HTTPS",
    "HTTP_PROXY",
    "HTTP_REMOTE_USER",
    "HTTP_TRUE_CLIENT_IP",
    "HTTP_X_AUTH_REQUEST_USER",
    "HTTP_X_CLIENT_IP",
    "HTTP_X_FORWARDED",
    "HTTP_X_ORIGINAL_URL",
    "HTTP_X_REMOTE_USER",
    "HTTP_X_REWRITE_URL",
    "HTTP_X_SCHEME",
    "HTTP_X_SCRIPT_NAME",
    "HTTP_X_SSL_CLIENT_CERT",
    "HTTP_X_SSL_CLIENT_S_DN",
    "HTTP_X_SSL_CLIENT_VERIFY",
    "HTTP_X_URL_SCHEME",
    "HTTP_X_REAL_IP",
)


@dataclass(frozen=True)
class Instance:
    """*app*, ``module:name`` or ``module:factory()``, whose imports start in *directory*.

    It takes its connections from the listening descriptor *fd*; where that is None, from a unix socket of
    its own at *path*. X-Forwarded-* is believed of so many *proxies*. Those who are connected when it is
    told to stop may take *grace_s* seconds to get their answers.
    """

    app: str
    directory: str
    path: str
    fd: int | None = None
    proxies: int = 0
    access_log: bool = False
    grace_s: float = 30.0

    def open(self) -> tuple[App, socket.socket]:
        """The app (WSGI, PEP 3333) and its listening socket.

        From now on a reload (SIGHUP), for which there is nothing to do, does not end the process.
        """
        signal.signal(signal.SIGHUP, lambda *_: None)
        app = self._load()
        return reached(logged(app) if self.access_log else app, self.proxies), self._listen()

    def _load(self) -> App:
        os.chdir(self.directory)
        sys.path[0] = self.directory
        module, _, call = self.app.partition(":")
        name, opens, _ = call.partition("(")
        found = getattr(importlib.import_module(module), name)
        # Its arguments are literals: whoever wrote the variable, or the project, wrote the app as well.
        app: App = eval(call, {name: found}) if opens else found  # noqa: S307
        return app

    def _listen(self) -> socket.socket:
        for name in ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"):
            os.environ.pop(name, None)
        if self.fd is None:
            return listening_at(self.path)
        listener = socket.socket(fileno=self.fd)
        listener.set_inheritable(False)
        return listener


def listening_at(path: str) -> socket.socket:
    """A unix socket to which every user of the machine may connect."""
    if os.path.lexists(path):
        os.unlink(path)
    listener = socket.socket(socket.AF_UNIX)
    umask = os.umask(0)
    try:
        listener.bind(path)
    finally:
        os.umask(umask)
    listener.listen(BACKLOG)
    return listener


def say_ready() -> None:
    """Tell systemd, where it waits for that, that requests are answered from now on (sd_notify(3))."""
    address = os.environ.pop("NOTIFY_SOCKET", "")
    if address:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
            systemd.sendto(b"READY=1", address.replace("@", "\0", 1))


def reached(app: App, proxies: int) -> App:
    """*app*, told the URL and the client's address as the first of so many *proxies* saw them.

    Without proxies nobody is believed: a client wrote those headers, and the app does not get them.
    """

    def called(environ: Environ, start_response: StartResponse) -> Any:
        for header in [name for name in environ if not proxies and _is_of_a_proxy(name)]:
            del environ[header]
        for name in OF_THE_SOCKET:
            environ.pop(name, None)
        environ.update(_seen(environ, proxies))
        return app(environ, start_response)

    return called


def _is_of_a_proxy(name: str) -> bool:
    return name.startswith(FORWARDED) or name in SAID_BY_PROXIES


def _seen(environ: Environ, proxies: int) -> Environ:
    def forwarded(name: str) -> str:
        said: str = environ.get(f"HTTP_X_FORWARDED_{name}", "")
        return said.split(",")[-proxies:][0].strip()

    scheme = "https" if forwarded("PROTO") == "https" else "http"
    usual = "443" if scheme == "https" else "80"
    name, port = _host_and_port(forwarded("HOST") or environ.get("HTTP_HOST", ""))
    port = port or forwarded("PORT") or usual
    return {
        "wsgi.url_scheme": scheme,
        "HTTP_HOST": name if port == usual else f"{name}:{port}",
        "SERVER_NAME": name,
        "SERVER_PORT": port,
        "REMOTE_ADDR": forwarded("FOR"),
    }


def _host_and_port(header: str) -> tuple[str, str]:
    name, _, port = header.rpartition(":")
    return (name, port) if port.isdigit() else (header or "localhost", "")


def logged(app: App) -> App:
    """*app*, with a line on standard error for each answer, in the Common Log Format."""

    def called(environ: Environ, start_response: StartResponse) -> Any:
        def answer(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            sys.stderr.write(f"{_line(environ, status, headers)}\n")
            return start_response(status, headers, *error)

        return app(environ, answer)

    return called


def _line(environ: Environ, status: str, headers: list[tuple[str, str]]) -> str:
    client = environ["REMOTE_ADDR"] or "-"
    moment = time.strftime("%d/%b/%Y:%H:%M:%S %z")
    path = quote(environ.get("PATH_INFO", "").encode("latin-1"))
    query = quote(environ.get("QUERY_STRING", ""), safe="%/?:@!$&'()*+,;=")
    request = f"{environ['REQUEST_METHOD']} {path}{'?' * bool(query)}{query} {environ['SERVER_PROTOCOL']}"
    length = next((value for name, value in headers if name.lower() == "content-length"), "-")
    return f'{client} - - [{moment}] "{request}" {status[:3]} {length}'
