"""Root works on ground of its own only."""

from __future__ import annotations

import os

import pytest

from deploytasks.agent.errors import StepError
from deploytasks.agent.release.ground import require_ground
from deploytasks.agent.release.layout import App

APP = App("shop", "/srv/shop", "shop")


def test_what_is_not_there_yet_is_no_hindrance(host):
    require_ground(host.machine, APP)
    require_ground(host.machine, None)


def test_the_apps_own_directories_are_the_apps(host):
    host.path("/srv/shop/shared").mkdir(parents=True, mode=0o777)
    host.path("/srv/shop/shared").chmod(0o777)
    require_ground(host.machine, APP)


@pytest.mark.parametrize(
    "place",
    ["/srv", "/srv/shop", "/srv/shop/releases", "/var/lib/deploytasks", "/opt", "/var/cache/deploytasks"],
)
@pytest.mark.parametrize("mode", [0o777, 0o1777])
def test_a_directory_that_others_write_to_is_refused(host, place, mode):
    host.path(place).mkdir(parents=True, exist_ok=True)
    host.path(place).chmod(mode)
    with pytest.raises(StepError, match=f"{place} can be written to by others than root") as caught:
        require_ground(host.machine, APP)
    assert "nothing was changed" in caught.value.reason


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives directories away")
def test_a_directory_of_somebody_elses_is_refused_and_told_by_name(host):
    os.chown(host.path("/srv"), 1, 1)
    with pytest.raises(StepError, match="/srv belongs to daemon, who could put something"):
        require_ground(host.machine, APP)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives directories away")
def test_where_a_link_leads_is_looked_at_as_well(host):
    host.path("/data/shop").mkdir(parents=True)
    host.link("/srv/shop", "../data/shop")
    os.chown(host.path("/data"), 1, 1)
    with pytest.raises(StepError, match="/data belongs to daemon"):
        require_ground(host.machine, APP)
