"""Fixtures of pytest with a whole Debian in a container; ``pytest_plugins = ["deploytasks.testing.targets"]``.

Needs the extra ``deploytasks[targets]`` and a Docker engine.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from deploytasks.inventory import Host, Inventory
from deploytasks.targets import Target, down, up


@pytest.fixture(scope="session")
def docker_target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A bare Debian 12 with systemd and sshd; gone after the last test."""
    state = tmp_path_factory.mktemp("targets")
    name = f"test-{secrets.token_hex(3)}"
    try:
        yield up(name, state=state)
    finally:
        down(name, state=state)


@pytest.fixture(scope="session")
def docker_host(docker_target: Target) -> Host:
    """The same as a host of an inventory, for ``apply`` and the other verbs."""
    (host,) = Inventory.load(docker_target.inventory).hosts
    return host
