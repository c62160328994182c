"""An instance that a launcher starts: its app and its socket. Managed by deploytasks.

A release has this file beside its ``serve.py``, under a name that no app's module has, and with it
``visitor.py`` and ``body.py``.
It runs in the app's own Python, 3.8 or later, and imports the standard library only.
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

from deploytasks.roles.app.body import measured
from deploytasks.roles.app.visitor import Proxies

if TYPE_CHECKING:
    from collections.abc import Callable

    Environ = dict[str, Any]
    StartResponse = Callable[..., Any]
    App = Callable[[Environ, StartResponse], Any]

NOBODY = Proxies(0)
BACKLOG = 4096
"""So many connections may wait to be taken: as many as a web server of the usual settings brings at most."""


@dataclass(frozen=True)
class Instance:
    """*app*, ``module:name`` or ``module:factory()``, whose imports start in *directory*.

    It takes its connections from the listening descriptor *fd*; where that is None, from a unix socket of
    its own at *path*. What *proxies* say of visitors is believed. Those who are connected when it is told to
    stop may take *grace_s* seconds to get their answers. A body that nobody has measured may have *body_bytes*.
    """

    app: str
    directory: str
    path: str
    fd: int | None = None
    proxies: Proxies = NOBODY
    access_log: bool = False
    grace_s: float = 30.0
    body_bytes: int = 0

    def open(self) -> tuple[App, socket.socket]:
        """The app (WSGI, PEP 3333) and its listening socket.

        From now on a reload (SIGHUP), for which there is nothing to do, does not end the process.
        """
        signal.signal(signal.Signals["SIGHUP"], lambda *_: None)
        app = self._load()
        told = self.proxies.wsgi(logged(app) if self.access_log else app)
        return measured(told, self.body_bytes), self._listen()

    def _load(self) -> App:
        os.chdir(self.directory)
        sys.path[0] = self.directory
        module, _, call = self.app.partition(":")
        name, opens, _ = call.partition("(")
        found = getattr(importlib.import_module(module), name)
        # Its arguments are literals: whoever wrote the variable, or the project, wrote the app as well.
        app: App = eval(call, {name: found}) if opens else found  # noqa: S307  # nosec B307
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
    listener = socket.socket(socket.AddressFamily["AF_UNIX"])
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
        with socket.socket(socket.AddressFamily["AF_UNIX"], socket.SOCK_DGRAM) as systemd:
            systemd.sendto(b"READY=1", address.replace("@", "\0", 1))


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
