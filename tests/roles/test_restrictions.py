"""What an app's units may not, and what lifts it: one table for the units and for the README."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from deploytasks import plan_for
from deploytasks.planning.left_out import left_out
from deploytasks.planning.plan import with_app
from deploytasks.planning.standard import standard_roles
from deploytasks.roles.systemd.restrictions import RESTRICTIONS, Word
from deploytasks.testing.rendering import files
from tests.roles.rendered import CASES, DEFAULT, FACTS, NOW, host_with, rendered

README = Path(__file__).parents[2] / "roles/systemd/README.md"
UNIT = "/etc/systemd/system/hello@.service"
PROCESSES = {
    "app_processes": {"worker": "python worker.py", "tidy": {"command": "true", "schedule": "daily"}}
}
LIFTS = {
    "netlink": (
        ["RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK"],
        ["RestrictAddressFamilies="],
    ),
    "namespaces": (["SystemCallFilter=@mount"], ["RestrictNamespaces=yes"]),
    "home": ([], ["ProtectHome=yes"]),
    "devices": (["DeviceAllow=char-* rw"], ["PrivateDevices=yes", "DevicePolicy=closed"]),
}


def unit(path=UNIT, **variables):
    return rendered({**DEFAULT, **variables})[path].splitlines()


def as_on(facts, **variables):
    """The unit of a host with these *facts*."""
    host = replace(host_with({**DEFAULT, **variables}), facts=facts)
    return dict(files(plan_for(host, standard_roles(host), now=NOW)))[UNIT].splitlines()


def test_the_readme_has_the_table():
    rows = [f"| `{one.directive}` | {one.breaks} | {one.lifted_by} |" for one in RESTRICTIONS]
    table = "\n".join(["| restriction | what it breaks | lifted by |", "|---|---|---|", *rows])
    assert f"\n\n{table}\n\n" in README.read_text()


def test_every_word_lifts_something():
    assert {one.word for one in RESTRICTIONS if one.word} == {*get_args(Word)}


def test_what_commonly_breaks_is_off_and_can_be_denied():
    off = ["ProcSubset=pid", "MemoryDenyWriteExecute=yes"]
    restricted = [one.directive for one in RESTRICTIONS]
    assert [line for line in restricted if line not in unit()] == off
    assert [line for line in restricted if line not in unit(systemd_deny=["jit", "proc"])] == []
    assert unit(systemd_allow=["jit", "proc"]) == unit()


@pytest.mark.parametrize("word", LIFTS)
@pytest.mark.parametrize("runtime", ["systemd", "supervisor"])
def test_a_word_lifts_what_it_names_and_nothing_else(word, runtime):
    more, fewer = LIFTS[word]
    usual, allowing = unit(app_runtime=runtime), unit(app_runtime=runtime, systemd_allow=[word])
    assert [line for line in allowing if line not in usual] == more
    gone = [line for line in usual if line not in allowing]
    assert [line.startswith(directive) for line, directive in zip(gone, fewer, strict=True)] == [True] * len(
        fewer
    )


def test_what_is_allowed_comes_after_what_takes_it_away():
    filters = [line for line in unit(systemd_allow=["namespaces"]) if line.startswith("SystemCallFilter=")]
    assert filters[-1] == "SystemCallFilter=@mount"


def test_without_a_network_no_word_brings_one():
    assert "RestrictAddressFamilies=AF_UNIX" in unit(app_network="none")
    allowing = unit(app_network="none", systemd_allow=["netlink"])
    assert "RestrictAddressFamilies=AF_UNIX AF_NETLINK" in allowing
    assert "PrivateNetwork=yes" in allowing


@pytest.mark.parametrize(
    "path",
    [UNIT, "/etc/systemd/system/hello.worker.RELEASE@.service", "/etc/systemd/system/hello.tidy.service"],
)
def test_paths_devices_and_groups_are_those_of_all_units(path):
    asked = {
        "systemd_read_write_paths": ["/mnt/data"],
        "systemd_devices": ["/dev/ttyUSB0"],
        "app_groups": ["dialout"],
    }
    usual, allowing = unit(path, **PROCESSES), unit(path, **PROCESSES, **asked)
    assert [line for line in allowing if line not in usual] == [
        "ReadWritePaths=/srv/hello/shared /mnt/data",
        "SupplementaryGroups=dialout",
        "DeviceAllow=/dev/ttyUSB0 rw",
    ]
    assert [line for line in usual if line not in allowing] == [
        "ReadWritePaths=/srv/hello/shared",
        "PrivateDevices=yes",
    ]


def test_what_a_host_cannot_do_is_left_out_with_a_note():
    unable = replace(FACTS, unable=("PrivateUsers=yes",))
    assert "PrivateUsers=yes" in as_on(FACTS)
    lines = as_on(unable)
    assert "PrivateUsers=yes" not in lines
    assert "# This host cannot do PrivateUsers=yes." in lines
    host = replace(host_with(DEFAULT), facts=unable)
    noted = "left out of the app's units, as this host cannot do it: PrivateUsers=yes; see inv doctor"
    assert left_out(with_app(host, standard_roles(host))) == (noted,)


def test_in_containers_nothing_is_left_out():
    host = replace(host_with(CASES["docker"]), facts=replace(FACTS, unable=("PrivateUsers=yes",)))
    assert left_out(with_app(host, standard_roles(host))) == ()


def test_a_pause_that_grows_is_for_a_systemd_that_knows_it():
    assert "RestartSec=2" in as_on(replace(FACTS, systemd_version=252))
    growing = as_on(replace(FACTS, systemd_version=254))
    assert [line for line in growing if re.match("Restart(Sec|Steps|MaxDelaySec)=", line)] == [
        "RestartSec=1",
        "RestartSteps=5",
        "RestartMaxDelaySec=15",
    ]


@pytest.mark.parametrize(
    ("command", "schedule"),
    [
        ("celery --app shop beat", "/srv/hello/shared/.home/celerybeat-schedule"),
        ("exec python -m celery -A shop beat -l info", "/srv/hello/shared/.home/celerybeat-schedule"),
        ("celery --app shop beat --schedule /var/log/hello/beat", None),
        ("celery --app shop beat -s /var/log/hello/beat", None),
        ("celery --app shop worker", None),
        ("python heart.py beat", None),
    ],
)
def test_celerys_beat_keeps_its_schedule_where_it_may_write(command, schedule):
    program = rendered({**DEFAULT, "app_processes": {"beat": command}})[
        "/srv/hello/releases/RELEASE/bin/beat"
    ]
    told = f'export CELERY_BEAT_SCHEDULE="${{CELERY_BEAT_SCHEDULE:-{schedule}}}"\n'
    assert (told in program) == (schedule is not None)
    assert ("CELERY" in program) == (schedule is not None)
