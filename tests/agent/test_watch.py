"""A release is watched where it answers itself and where visitors come, and both have to be well."""

from __future__ import annotations

import itertools

import pytest

from deploytasks.agent.errors import StepError
from deploytasks.agent.release.runtime import watch as module
from deploytasks.agent.release.runtime.watch import Watch
from deploytasks.agent.web.visit import Visit
from tests.agent.sites import site_handler

UNIT = "shop@new.service"


@pytest.fixture(autouse=True)
def looking_often(monkeypatch):
    monkeypatch.setattr(module, "LOOK_EVERY_S", 0.01)


@pytest.fixture
def watch(host):
    """Of an instance that is well, with visitors who get *statuses*."""
    host.write("/run/active/" + UNIT, "")

    def watch(*statuses):
        own, site = (int(host.serve(site_handler("shop", coming))) for coming in ((), statuses))
        visit = Visit("shop", "nginx", site, "shop.test", tells=True)
        return Watch(UNIT, str(own), 1.5, has_workers=False, visit=visit)

    return watch


def test_a_release_that_visitors_get_is_well(host, watch):
    watch().run(host.machine)


def test_one_visitor_who_does_not_get_it_may_be(host, watch):
    watch(502).run(host.machine)


def test_two_in_a_row_are_too_many(host, watch):
    host.write("/var/log/nginx/error.log", "")
    with pytest.raises(StepError, match="visitors of .* do not get the app: GET / answered 502"):
        watch(*itertools.repeat(502, 9)).run(host.machine)
