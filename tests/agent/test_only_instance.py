"""Other instances end: nobody waits for that, but where one is in a container."""

from __future__ import annotations

import pytest

from deploytasks.agent.engine.resource import Change
from deploytasks.agent.release.runtime.only_instance import OnlyInstance

RELEASES = "/srv/shop/releases"
WANTED = OnlyInstance("shop", "/srv/shop", "shop", "20261121T101500Z-3f9c2d1")


@pytest.fixture
def old(host):
    host.write("/run/active/shop@old.service", "")
    return host


def stops(host) -> list[str]:
    WANTED.apply(host.machine, Change({"other instances": ["old"]}, WANTED.desired()))
    return [call for call in host.calls if call.startswith("systemctl stop ")]


def test_an_instance_is_told_to_end_and_left_to_it(old):
    assert stops(old) == ["systemctl stop --no-block -- shop@old.service"]


def test_one_in_a_container_is_waited_for(old):
    old.write("%s/old/bin/container" % RELEASES, "")
    assert stops(old) == ["systemctl stop -- shop@old.service"]
