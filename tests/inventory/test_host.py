"""A host as a value."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass, replace

import pytest

from deploytasks.errors import InventoryError
from deploytasks.inventory import Host, Origin


@dataclass
class FabricConnection:
    """What a ``fabric.Connection`` shows of itself."""

    host: str = "web1.example.com"
    user: str = "deploy"
    port: int = 2222


def test_a_fabric_connection_becomes_a_host_that_keeps_it() -> None:
    connection = FabricConnection()
    host = Host.from_connection(connection)
    assert (host.name, host.connection.address) == ("web1.example.com", "web1.example.com")
    assert (host.connection.user, host.connection.port) == ("deploy", 2222)
    assert host.connection_object is connection
    assert host.groups == ()


def test_two_connections_to_one_place_are_the_same_host() -> None:
    assert Host.from_connection(FabricConnection()) == Host.from_connection(FabricConnection())


def test_a_real_fabric_connection_will_do() -> None:
    fabric = pytest.importorskip("fabric")
    host = Host.from_connection(fabric.Connection("u@10.0.0.1:23", config=fabric.Config(lazy=True)))
    assert (host.name, host.connection.user, host.connection.port) == ("10.0.0.1", "u", 23)


def test_a_connection_to_nonsense_is_refused() -> None:
    with pytest.raises(InventoryError, match=r"fabric\.Connection: ansible_host: "):
        Host.from_connection(FabricConnection(host="-oProxyCommand=id"))


def test_variables_can_be_laid_over_a_host(load) -> None:
    host = load("h1 a=1 b=1\n").hosts[0]
    changed = host.with_variables({"b": 2, "ansible_user": "root"}, Origin("fabfile.py", 3, "apply"))
    assert changed.variables == {"a": 1, "b": 2, "ansible_user": "root"}
    assert (str(changed.origin("a")), str(changed.origin("b"))) == ("inventory.ini:1", "fabfile.py:3")
    assert changed.connection.user == "root"
    assert host.variables == {"a": 1, "b": 1}


def test_an_unknown_variable_has_no_origin(load) -> None:
    assert load("h1\n").hosts[0].origin("a") is None


def test_a_host_cannot_be_changed_but_replaced(load) -> None:
    host = load("h1\n").hosts[0]
    with pytest.raises(FrozenInstanceError):
        host.name = "h2"
    assert replace(host, deployment="d1").deployment == "d1"


def test_a_host_can_be_a_key(load) -> None:
    host = load("h1 a=[1]\n").hosts[0]
    assert {host: 1}[replace(host, facts=None)] == 1


def test_what_lies_over_it_survives_new_variables(load) -> None:
    host = replace(load("h1\n").hosts[0], deployment="d1")
    assert host.with_variables({"a": 1}, Origin("x", 1, "x")).deployment == "d1"
