"""The way to a host's SSH port: a TCP connection, a ProxyCommand, or a channel through another host."""

from __future__ import annotations

import socket
import subprocess
import tempfile
import threading
import time
from typing import Any, Protocol

from deploytasks.errors import Unreachable
from deploytasks.here import environment
from deploytasks.transport.route import Route

QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)
"""Linux has it."""


class ByteStream(Protocol):
    """What we use of a socket."""

    def recv(self, size: int, /) -> bytes: ...
    def send(self, data: bytes, /) -> int: ...
    def settimeout(self, timeout_s: float | None, /) -> None: ...
    def close(self) -> None: ...


class PromptSocket(socket.socket):
    """One that acknowledges at once what it has received.

    sshd sends few bytes at a time and waits for the acknowledgement of those before (RFC 896), which Linux holds back
    for 40 ms to send it along with an answer (tcp(7), ``TCP_QUICKACK``, which has to be said again each time).
    """

    def recv(self, size: int, flags: int = 0) -> bytes:
        received = super().recv(size, flags)
        if QUICKACK is not None:
            self.setsockopt(socket.IPPROTO_TCP, QUICKACK, 1)
        return received


class Wire:
    """A byte stream that knows when it last heard from its other end (*heard_at*, monotonic seconds)."""

    def __init__(self, stream: ByteStream, command: ProxyCommand | None = None) -> None:
        self.heard_at = time.monotonic()
        self._stream = stream
        self._command = command
        # paramiko looks at this attribute of sockets.
        self._closed = False

    def recv(self, size: int) -> bytes:
        received = self._stream.recv(size)
        self.heard_at = time.monotonic()
        return received

    def send(self, data: bytes) -> int:
        return self._stream.send(data)

    def settimeout(self, timeout_s: float | None) -> None:
        self._stream.settimeout(timeout_s)

    def close(self) -> None:
        self._closed = True
        self._stream.close()
        if self._command is not None:
            self._command.last_words()

    @property
    def complaint(self) -> str:
        """What the ProxyCommand said on standard error; this ends it."""
        return self._command.last_words() if self._command is not None else ""


class ProxyCommand:
    """A running ``ProxyCommand`` (ssh_config(5)); *stream* is its standard input and output."""

    def __init__(self, command: str) -> None:
        self.stream, theirs = socket.socketpair()
        self._ending = threading.Lock()
        self._said = ""
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  closed with this object
        with theirs:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", f"exec {command}"],
                stdin=theirs.fileno(), stdout=theirs.fileno(), stderr=self._errors,
                env=environment(),
                start_new_session=True,  # Ctrl-C is for us; we end it.
            )  # fmt: skip

    def last_words(self) -> str:
        """End it; what it said on standard error. May be called again, also from another thread."""
        with self._ending:
            if not self._errors.closed:
                self._process.terminate()
                self._process.wait()
                self._errors.seek(0)
                self._said = self._errors.read(500).decode(errors="replace").strip()
                self._errors.close()
            return self._said


def dial(route: Route) -> Wire:
    """A stream to the SSH port of *route*, which has no jumps; raises `Unreachable` in time."""
    if route.proxy_command is not None:
        command = ProxyCommand(route.proxy_command)
        return Wire(command.stream, command)
    return Wire(tcp_connection(route.address, route.port, route.connect_timeout_s))


def tcp_connection(address: str, port: int, timeout_s: float) -> socket.socket:
    """A connection to the first address of a name that answers, all within *timeout_s*."""
    deadline = time.monotonic() + timeout_s
    error: OSError = TimeoutError()
    for family, place in _addresses(address, port):
        connection = PromptSocket(family, socket.SOCK_STREAM)
        try:
            connection.settimeout(max(deadline - time.monotonic(), 0.001))
            connection.connect(place)
        except OSError as refused:
            connection.close()
            error = refused
        else:
            # Without it, small packets wait 40 ms for the acknowledgement of others (RFC 896).
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return connection
    raise Unreachable(_why(error, address, port, timeout_s)) from error


def _addresses(address: str, port: int) -> list[tuple[socket.AddressFamily, Any]]:
    """The families and places at which *address* is."""
    try:
        found = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)
        return [(family, place) for family, _, _, _, place in found]
    except (socket.gaierror, UnicodeError) as error:
        reason = error.strerror if isinstance(error, socket.gaierror) else "not a host name"
        raise Unreachable(
            f"the name {address} has no address ({reason})\ncheck ansible_host, or HostName in ~/.ssh/config"
        ) from error


def _why(error: OSError, address: str, port: int, timeout_s: float) -> str:
    place = f"{address} port {port}"
    if isinstance(error, ConnectionRefusedError):
        return f"{place} refused the connection\ncheck that sshd runs there, and ansible_port"
    if isinstance(error, TimeoutError):
        return (
            f"{place} did not answer within {timeout_s:g} s\n"
            "check the address, the firewall and that the host is up; ansible_timeout allows more time"
        )
    return f"{place}: {error.strerror or error}\ncheck the address and the network"
