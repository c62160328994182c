"""The engine and the Compose that a host has are used, unless they are too old."""

from __future__ import annotations

import pytest

from deploytasks.agent.docker.docker_engine import DockerEngine
from deploytasks.agent.docker.engine import has_compose
from deploytasks.agent.engine.resource import Change
from deploytasks.agent.errors import StepError


@pytest.mark.parametrize(
    ("version", "is_good"), [("1.25.0", False), ("1.27.4", True), ("1.29.2", True), ("v2.26.1", True)]
)
def test_a_compose_of_its_own_is_good_from_1_27_on(host, version, is_good):
    (host.home / "docker-compose").write_text(version)
    assert has_compose(host.machine) is is_good


def test_a_distribution_with_an_old_compose_is_told_what_to_do(host):
    host.write("/var/lib/apt/lists/debian_Packages", "docker-compose-old\n")
    engine = DockerEngine((), ("docker-compose-old",))
    with pytest.raises(StepError, match=r"docker-compose is older than 1\.27; install Compose 2"):
        engine.apply(host.machine, Change({"answers": True, "has compose": False}, engine.desired()))
