"""Services across releases: what changed is made anew, what fails is told in its own words, and taken back."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from deploytasks.agent.docker.compose_services import ComposeServices
from deploytasks.agent.engine.resource import Change
from deploytasks.agent.errors import StepError

PLACE = "/srv/shop/compose/compose.json"


@pytest.fixture
def converge(host):
    """Makes what is wanted true on a host with Compose 2, and returns what was before."""
    host.write("/var/lib/dpkg/status", "Package: docker-compose\n")
    host.path("/srv/shop/compose").mkdir(parents=True)

    def act(wanted: ComposeServices):
        before = wanted.inspect(host.machine)
        wanted.apply(host.machine, Change(before, wanted.desired()))
        return before

    return act


def services(**digests: str) -> ComposeServices:
    found = {name: {"labels": {"deploytasks.definition": digest}} for name, digest in digests.items()}
    return ComposeServices("shop", PLACE, json.dumps({"services": found}))


def started(host) -> list[str]:
    calls = [call.split(" up ")[1] for call in host.calls if " up " in call]
    return [call.replace("--detach --no-build ", "") for call in calls]


def test_only_what_changed_is_started(converge, host):
    converge(services(db="1", cache="1"))
    converge(services(db="1", cache="2", proxy="1"))
    assert started(host) == ["cache db", "cache proxy"]


def test_a_service_that_is_wanted_no_more_runs_on(converge, host):
    converge(services(db="1", cache="1"))
    converge(services(db="1"))
    assert host.path("/var/lib/compose/cache").exists()


def test_an_undo_ends_what_was_added(converge, host):
    converge(services(db="1"))
    wanted = services(db="2", proxy="1")
    before = converge(wanted)
    wanted.apply(host.machine, Change(wanted.inspect(host.machine), before))
    assert not host.path("/var/lib/compose/proxy").exists()
    assert services(db="1").inspect(host.machine)["not running"] == []


def test_what_compose_does_not_take_touches_nothing(converge, host):
    converge(services(db="1"))
    before = host.snapshot()
    wanted = replace(services(), content=json.dumps({"services": {"db": {"foo": "bar"}}}))
    with pytest.raises(StepError) as error:
        converge(wanted)
    assert error.value.reason == "Compose does not take these services"
    assert "Additional property foo is not allowed" in error.value.output
    assert host.snapshot() == before


@pytest.mark.parametrize("earlier", ["no JSON", "[]", '{"services": [1], "networks": 5}'])
def test_an_undo_asks_no_compose_for_what_is_in_the_files(converge, host, earlier):
    wanted = services(db="1", proxy="1")
    host.write(PLACE, earlier)
    before = converge(wanted)
    host.write(PLACE, json.dumps({"services": {"db": {"foo": "bar"}, "proxy": {}}}))
    wanted.apply(host.machine, Change(wanted.inspect(host.machine), before))
    assert host.path(PLACE).read_text() == earlier
    assert list(host.path("/var/lib/compose").iterdir()) == []


def test_an_undo_of_a_first_file_that_compose_refuses_ends_all(converge, host):
    wanted = services(db="1")
    before = converge(wanted)
    host.write(PLACE, json.dumps({"services": {"db": {"foo": "bar"}}}))
    wanted.apply(host.machine, Change(wanted.inspect(host.machine), before))
    assert not host.path(PLACE).exists()
    assert list(host.path("/var/lib/compose").iterdir()) == []


def test_a_service_that_ends_is_told_in_its_own_words(converge, host):
    with pytest.raises(StepError) as error:
        converge(services(db="1", bad="1"))
    assert error.value.reason == "the service bad ends, with exit code 3"
    assert error.value.output == "no such thing as bad"


def test_a_service_that_ends_again_and_again_is_told_with_its_exit_code(converge):
    with pytest.raises(StepError, match="the service restless ends, with exit code 3"):
        converge(services(restless="1"))


def test_the_variables_are_those_of_services_on_the_host(converge, host):
    host.write("/srv/shop/services/redis.env", 'REDIS_URL="redis://:x y@h"\n')
    converge(replace(services(db="1"), environment="/srv/shop/services/*.env"))
    assert "REDIS_URL" not in "\n".join(host.calls)
    assert "redis://:x y@h" in (host.home / "environment").read_text()


def test_the_file_is_of_root_alone(converge, host):
    converge(services(db="1"))
    assert host.path(PLACE).stat().st_mode & 0o777 == 0o600
