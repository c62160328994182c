"""An app that never comes to an end of its answer is not waited for."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from deploytasks.agent.protocols.door import Door
from deploytasks.agent.protocols.fastcgi import HEADER, STDOUT
from deploytasks.agent.protocols.probe import Probe

INTERIM = b"HTTP/1.1 102 Processing\r\n\r\n"
SOMETIMES_S = 0.01
ENDLESS = {
    "interim answers": (b"", INTERIM * 1000),
    "a header a byte at a time": (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x"),
    "a body a byte at a time": (b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
}


@pytest.fixture
def serve(tmp_path) -> Iterator[Callable[[int, bytes, bytes], str]]:
    """Start a server that says one thing, then another for ever; its socket's path or its port."""
    listening: list[socket.socket] = []
    over = threading.Event()

    def serve(family: int, first: bytes, then: bytes) -> str:
        path = str(tmp_path / "app.sock")
        server = socket.socket(family)
        server.bind(path if family == socket.AF_UNIX else ("127.0.0.1", 0))
        server.listen()
        listening.append(server)
        threading.Thread(target=answer, args=(server, first, then), daemon=True).start()
        return path if family == socket.AF_UNIX else str(server.getsockname()[1])

    def answer(server: socket.socket, first: bytes, then: bytes) -> None:
        connection, _ = server.accept()
        with connection, suppress(OSError):
            connection.sendall(first)
            while not over.wait(SOMETIMES_S):
                connection.sendall(then)

    yield serve
    over.set()
    for server in listening:
        server.close()


@pytest.mark.parametrize("said", ENDLESS.values(), ids=ENDLESS)
def test_an_answer_without_an_end_is_no_answer_in_time(serve, said):
    place = serve(socket.AF_UNIX, *said)
    assert Probe(place).ask(0.5, lambda: None) == "no answer in time"


def test_what_a_web_server_passes_on_is_not_waited_for_either(serve, monkeypatch):
    monkeypatch.setattr("deploytasks.agent.protocols.door.WHOLE_ANSWER_S", 0.5)
    door = Door(int(serve(socket.AF_INET, *ENDLESS["a header a byte at a time"])), "shop.test")
    with door.connect(5) as connection, pytest.raises(OSError, match="time"):
        door.ask(connection, "GET", "/", {})


def test_records_of_fastcgi_are_read_as_far_as_somebody_looks(serve):
    head = b"Status: 200 OK\r\n\r\n"
    first = HEADER.pack(1, STDOUT, 1, len(head), 0) + head
    endless = (HEADER.pack(1, STDOUT, 1, 0xFFFF, 0) + b"x" * 0xFFFF) * 16
    place = serve(socket.AF_UNIX, first, endless)
    assert Probe(place, protocol="fastcgi").ask(10, lambda: None) == ""
