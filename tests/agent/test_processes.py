"""Whose unit is whose, which processes there are, and the numbers that a hand has set."""

from __future__ import annotations

import pytest

from deploytasks.agent.errors import StepError
from deploytasks.agent.release.layout import App
from deploytasks.agent.release.runtime.process_units import (
    Wanted,
    defined,
    enabled,
    process_of,
    processes_of,
    require_process,
    running,
)
from deploytasks.agent.release.scale import by_hand, set_by_hand, told_apart

APP = App("my-shop", "/srv/my-shop", "my-shop")
RELEASE = APP.release("20261121T101500Z-3f9c2d1")
WORKER = "my-shop.worker.20261121T101500Z-3f9c2d1@1.service"
OF_OTHERS = ("my@x.service", "my-shop-worker@x.service", "shop.worker.x@1.service", "nginx.service", "")


@pytest.fixture(autouse=True)
def root(host):
    """The app's directory."""
    host.write("/srv/my-shop/.keep", "")


@pytest.mark.parametrize(
    ("unit", "process"),
    [
        (RELEASE.service_unit, "web"),
        (WORKER, "worker"),
        (APP.job("tidy-up"), "tidy-up"),
        (APP.timer("tidy-up"), "tidy-up"),
        ("my-shop.release.20261121T101500Z-3f9c2d1.service", "release"),
        *((unit, "") for unit in OF_OTHERS),
    ],
)
def test_each_unit_is_of_one_process(unit, process):
    assert process_of(APP, unit) == process


def test_units_of_others_are_not_looked_at(host):
    wants = "/etc/systemd/system/multi-user.target.wants"
    for unit in (WORKER, APP.timer("tidy"), APP.job("tidy"), RELEASE.service_unit, *OF_OTHERS[:-1]):
        host.write("/run/active/%s" % unit, "")
        host.write("/etc/systemd/system/%s" % unit, "")
        host.write("%s/%s" % (wants, unit), "")
    lasting = {WORKER, APP.timer("tidy")}
    assert running(host.machine, APP) == enabled(host.machine, APP) == lasting
    assert defined(host.machine, APP) == sorted({*lasting, APP.job("tidy")})


def test_a_release_without_a_list_has_web_alone(host):
    assert list(processes_of(host.machine, RELEASE)) == ["web"]
    host.write(RELEASE.processes, '{"worker": {"workers": 2}, "web": {"workers": 5}}')
    assert processes_of(host.machine, RELEASE) == {"web": {"workers": 5}, "worker": {"workers": 2}}


@pytest.mark.parametrize(
    ("name", "advice"),
    [("wroker", 'did you mean "worker"?'), ("zzz", "there is web, worker")],
)
def test_an_unknown_process_gets_the_nearest_name_or_all(name, advice):
    with pytest.raises(StepError) as caught:
        require_process(["web", "worker"], name)
    assert str(caught.value) == "no process here is called %s; %s" % (name, advice)


def test_a_number_set_by_hand_beats_the_inventorys_until_it_is_taken_back(host):
    wanted = Wanted(RELEASE, (("worker", 2),))
    set_by_hand(host.machine, APP, {"worker": 1})
    assert wanted.services(host.machine) == [WORKER]
    set_by_hand(host.machine, APP, {})
    assert len(wanted.services(host.machine)) == 2
    assert not host.path(APP.scale).exists()


def test_the_number_of_web_is_in_the_environment_of_the_web_process(host):
    set_by_hand(host.machine, APP, {"web": 7, "worker": 1})
    assert host.path(APP.scale_env).read_text() == 'WEB_CONCURRENCY="7"\n'
    set_by_hand(host.machine, APP, {"worker": 1})
    assert not host.path(APP.scale_env).exists()
    assert by_hand(host.machine, APP) == {"worker": 1}


@pytest.mark.parametrize("text", ["", "[]", '{"worker": null}', "not JSON"])
def test_a_record_that_cannot_be_read_counts_as_none(host, text):
    host.write(APP.scale, text)
    assert by_hand(host.machine, APP) == {}


def test_numbers_that_differ_from_the_inventorys_are_told(host):
    set_by_hand(host.machine, APP, {"web": 7, "worker": 2, "gone": 1})
    (line,) = told_apart(host.machine, APP, {"web": {"workers": 5}, "worker": {"workers": 2}})
    assert line.startswith("web stays at 7, as scaled by hand, and not at the inventory's 5")
    assert "inv scale --process web --workers default" in line
