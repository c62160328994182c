"""Ports that refuse, never answer, or are not there."""

from __future__ import annotations

import socket
import time

import pytest

from deploytasks.errors import Unreachable
from deploytasks.transport.dial import QUICKACK, ProxyCommand, Wire, tcp_connection


def test_a_connection_does_not_wait_for_acknowledgements() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        connection = tcp_connection("127.0.0.1", server.getsockname()[1], 5)

    assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    connection.close()


@pytest.mark.skipif(QUICKACK is None, reason="Linux has it")
def test_what_is_received_in_an_exchange_is_acknowledged_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        connection = tcp_connection("127.0.0.1", server.getsockname()[1], 5)
        theirs, _ = server.accept()
    with theirs, connection:
        for asked in (b"a", b"b", b"c"):
            connection.sendall(asked)
            theirs.sendall(theirs.recv(1))
            assert connection.recv(1) == asked
            assert connection.getsockopt(socket.IPPROTO_TCP, QUICKACK) == 1


def test_the_second_address_of_a_name_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as closed, socket.create_server(("127.0.0.1", 0)) as server:
        closed.bind(("127.0.0.1", 0))
        stream = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        addresses = [(*stream, closed.getsockname()), (*stream, server.getsockname())]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: addresses)
        connection = tcp_connection("web1", 22, 5)
        assert connection.getpeername() == server.getsockname()

    connection.close()


def test_a_refused_connection_names_the_port() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]

        with pytest.raises(Unreachable, match=rf"127\.0\.0\.1 port {port} refused the connection"):
            tcp_connection("127.0.0.1", port, 5)


def test_a_port_that_swallows_connections_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, socket.socket() as first:
        first.connect(full.getsockname())
        fillers = [half_open(full.getsockname()) for _ in range(4)]
        began = time.monotonic()

        with pytest.raises(Unreachable, match="did not answer within 0.3 s"):
            tcp_connection("127.0.0.1", full.getsockname()[1], 0.3)

        assert time.monotonic() - began < 1
        for filler in fillers:
            filler.close()


def half_open(address: tuple[str, int]) -> socket.socket:
    filler = socket.socket()
    filler.setblocking(False)
    filler.connect_ex(address)
    return filler


@pytest.mark.parametrize("name", ["name.invalid", "a..b"])
def test_a_name_without_an_address_is_told(name: str) -> None:
    with pytest.raises(Unreachable, match="has no address"):
        tcp_connection(name, 22, 5)


def test_a_wire_knows_when_it_last_heard_something() -> None:
    ours, theirs = socket.socketpair()
    wire = Wire(ours)
    wire.heard_at = 0.0

    theirs.send(b"x")

    assert wire.recv(1) == b"x"
    assert wire.heard_at > 0
    wire.close()
    theirs.close()


def test_a_proxy_commands_streams_and_complaints_are_ours() -> None:
    command = ProxyCommand("sh -c 'echo oops >&2; exec cat'")
    wire = Wire(command.stream, command)

    wire.send(b"hello")

    assert wire.recv(5) == b"hello"
    wire.close()
    assert wire.complaint == "oops"
