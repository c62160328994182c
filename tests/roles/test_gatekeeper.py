"""The program before an app without a web server: it lets trusted proxies in, and nobody else."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from deploytasks.roles import none

PROGRAM = none.__file__.replace("__init__", "gatekeeper")
AS_SYSTEMD = "import os, sys; os.dup2(int(sys.argv[1]), 3); os.execv(sys.argv[2], sys.argv[2:])"
"""The listening socket is descriptor 3."""


class Release:
    """Says in capitals what it has heard, and counts who has come."""

    def __init__(self, path: str) -> None:
        self.visitors = 0
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            visitor, _ = self._listener.accept()
            self.visitors += 1
            with visitor, visitor.makefile("rb") as said:
                visitor.sendall(said.read().upper())


@pytest.fixture
def release(tmp_path):
    return Release(str(tmp_path / "current.sock"))


@contextmanager
def front(python: str, path: str, *networks: str) -> Iterator[int]:
    """The port at which the program lets in who comes from *networks*."""
    with socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as door:
        argv = [python, "-c", AS_SYSTEMD, str(door.fileno()), python, "-I", PROGRAM, path, *networks]
        with subprocess.Popen(argv, pass_fds=[door.fileno()]) as program:
            try:
                yield door.getsockname()[1]
            finally:
                program.terminate()


def heard(port: int, said: bytes) -> bytes:
    """What comes back before the connection ends."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        try:
            connection.sendall(said)
            connection.shutdown(socket.SHUT_WR)
            with connection.makefile("rb") as answer:
                return answer.read()
        except ConnectionError:
            return b""


def test_a_trusted_proxy_is_led_to_the_release(agent_python, tmp_path, release):
    with front(agent_python, str(tmp_path / "current.sock"), "192.0.2.1", "127.0.0.0/8") as port:
        assert heard(port, b"a" * 1_000_000) == b"A" * 1_000_000
    assert release.visitors == 1


def test_what_a_client_says_in_the_proxys_name_is_dropped(agent_python, tmp_path, release):
    said = [b"GET / HTTP/1.1", b"X-Forwarded-For: 203.0.113.7", b"X_Forwarded_For: 6.6.6.6", b"Api_Key: k"]
    head = b"\r\n".join([*said, b"", b"a_body: stays\r\n\r\nx_y: stays"])
    with front(agent_python, str(tmp_path / "current.sock"), "127.0.0.1") as port:
        answer = heard(port, head)
    assert answer.split(b"\r\n") == [
        line.upper() for line in (*said[:2], b"", b"a_body: stays", b"", b"x_y: stays")
    ]


def test_nobody_else_is_let_in(agent_python, tmp_path, release):
    with front(agent_python, str(tmp_path / "current.sock"), "10.0.0.0/8", "::1") as port:
        assert heard(port, b"hello") == b""
    assert release.visitors == 0


def test_where_nobody_serves_the_connection_ends(agent_python, tmp_path):
    with front(agent_python, str(tmp_path / "current.sock"), "127.0.0.1") as port:
        assert heard(port, b"hello") == b""
