"""Who is connected to a unix socket, whatever others call theirs."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from deploytasks.agent.release.runtime import unix_sockets
from deploytasks.agent.release.runtime.unix_sockets import connections

FORGED = "0000000000000000: 00000003 00000000 00000000 0001 03     1 "


@pytest.fixture
def held() -> Iterator[ExitStack]:
    with ExitStack() as held:
        yield held


@pytest.fixture
def place(tmp_path, monkeypatch) -> str:
    """Where a socket listens, called by a name that is short enough to be forged."""
    monkeypatch.chdir(tmp_path)
    return "app.sock"


@pytest.fixture
def listening(held, place) -> socket.socket:
    server = held.enter_context(socket.socket(socket.AF_UNIX))
    server.bind(place)
    server.listen()
    return server


@pytest.fixture(params=["asked", "not asked"])
def kernel(request, monkeypatch) -> None:
    """One that tells of unix sockets, and one that was built without."""
    if request.param == "not asked":
        monkeypatch.setattr(unix_sockets, "SOCK_DIAG", 99)


def connect(held: ExitStack, place: str) -> socket.socket:
    client = held.enter_context(socket.socket(socket.AF_UNIX))
    client.connect(place)
    return client


@pytest.mark.usefixtures("kernel")
def test_those_that_wait_and_those_that_were_accepted_count(held, place, listening):
    assert connections(place) == 0
    first, second = connect(held, place), connect(held, place)
    assert connections(place) == 2
    accepted = listening.accept()[0]
    assert connections(place) == 2
    first.close()
    accepted.close()
    assert connections(place) == 1
    second.close()


def test_nobody_is_connected_to_what_is_not_there(tmp_path):
    assert connections(str(tmp_path / "app.sock")) == 0


@pytest.mark.usefixtures("listening")
@pytest.mark.parametrize("row", [FORGED, "no row ", ""])
def test_a_row_that_somebody_has_forged_is_none(held, place, row):
    forged = held.enter_context(socket.socket(socket.AF_UNIX))
    forged.bind("\0\n" + row + place)
    forged.listen()
    assert connections(place) == 0


@pytest.mark.usefixtures("listening")
def test_a_socket_of_the_same_name_elsewhere_is_another(held, place, tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    other = held.enter_context(socket.socket(socket.AF_UNIX))
    other.bind(place)
    other.listen()
    connect(held, place)
    assert connections(place) == 1
    assert connections(str(tmp_path / place)) == 0


@pytest.mark.usefixtures("listening")
def test_a_row_that_is_none_breaks_nothing_where_only_the_table_tells(held, place, monkeypatch):
    monkeypatch.setattr(unix_sockets, "SOCK_DIAG", 99)
    forged = held.enter_context(socket.socket(socket.AF_UNIX))
    forged.bind("\0\nboom " + place)
    assert connections(place) == 0
