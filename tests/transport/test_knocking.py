"""Whether a port can be reached is told where that can be known from here, and only there."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from deploytasks import Inventory
from deploytasks.transport import knocking
from deploytasks.transport.knocking import unreachable_at

SSH = 22


@pytest.fixture
def knock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Why a port cannot be reached at a host with some variables, whose sshd listens on 22."""
    monkeypatch.setenv("HOME", str(tmp_path))
    # What is not this machine would be another network's.
    monkeypatch.setattr(knocking, "_is_here", lambda address: address == "localhost")

    def knock(port: int, *variables: str) -> str:
        (tmp_path / "inventory.ini").write_text("web1 " + " ".join(variables) + "\n")
        (host,) = Inventory.load(str(tmp_path / "inventory.ini")).hosts
        return unreachable_at(host, SSH, port)

    return knock


@pytest.fixture
def shut() -> int:
    """A port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def test_somebody_who_listens_is_reached(knock: Callable[..., str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert knock(server.getsockname()[1], "ansible_host=127.0.0.1") == ""


def test_who_refuses_is_told(knock: Callable[..., str], shut: int) -> None:
    assert knock(shut, "ansible_host=127.0.0.1") == "127.0.0.1 refuses connections"


def test_a_name_that_leads_nowhere_is_told(knock: Callable[..., str], shut: int) -> None:
    assert knock(shut, "ansible_host=nowhere.invalid") != ""


@pytest.mark.parametrize(
    "variables",
    [
        ["ansible_host=127.0.0.1", "ansible_port=2222"],
        ["ansible_host=127.0.0.1", "ansible_ssh_common_args='-J jump.example.org'"],
        ["ansible_connection=local"],
        ["ansible_host=localhost"],
    ],
    ids=["mapped port", "jump", "local", "loopback"],
)
def test_nothing_is_told_where_it_cannot_be_known(
    knock: Callable[..., str], shut: int, variables: list[str]
) -> None:
    assert knock(shut, *variables) == ""
