"""What an app's processes are: those of its Procfile, as the inventory has them."""

from __future__ import annotations

import subprocess
from shutil import which

import pytest

from deploytasks.errors import VariableError
from deploytasks.roles.app.process import Process, ProcessVars, check_processes, processes_of

PROCFILE = {"web": "gunicorn app:app", "worker": "celery worker", "release": "flask db upgrade"}
SCHEDULES = (
    "daily",
    "Mon..Fri 07:30",
    "Sat,Sun *-*-* 10:00:00",
    "*-*-1,15 4:00",
    "*:0/15",
    "*:*:0/2",
    "*-02~03",
    "2026-11-21 10:15:00 Europe/Berlin",
    "hourly",
    "Sun 03:00 UTC",
)
NO_SCHEDULES = (" ", "every day", "25 o'clock", "0 3 * * *", "daily\nExecStart=/bin/sh", "10:%i", "Mon-Fri")


def processes(**wanted):
    return processes_of("prod1", PROCFILE, wanted)


def test_the_procfile_is_the_default_but_for_web():
    assert processes() == {
        "worker": Process("worker", "celery worker"),
        "release": Process("release", "flask db upgrade"),
    }


def test_the_inventory_adds_changes_and_takes_away():
    tidy = ProcessVars(command="flask tidy", schedule=" daily ")
    found = processes(worker=ProcessVars(count=3), beat="celery beat", release=None, tidy=tidy)
    assert list(found.values()) == [
        Process("worker", "celery worker", 3),
        Process("beat", "celery beat"),
        Process("tidy", "flask tidy", schedule="daily"),
    ]


@pytest.mark.parametrize("value", [None, "", "  ", ProcessVars(command="")])
def test_a_process_without_a_command_is_switched_off(value):
    assert "worker" not in processes(worker=value)


@pytest.mark.parametrize("value", [None, "", ProcessVars(count=2)])
def test_a_process_that_is_nowhere_gets_the_nearest_name(value):
    with pytest.raises(VariableError) as caught:
        processes(wroker=value)
    assert str(caught.value) == (
        'prod1: app_processes: wroker has no command, and is not in the Procfile; did you mean "worker"?'
    )


@pytest.mark.parametrize("name", ["container", "port", "services", "collectstatic"])
def test_no_process_has_the_name_of_a_program_of_ours(name):
    told = (
        f"prod1: {{}}: {name} is a program of deploytasks' own in each release; give the process another name"
    )
    with pytest.raises(VariableError) as caught:
        processes(**{name: "run"})
    assert str(caught.value) == told.format("app_processes")
    with pytest.raises(VariableError) as caught:
        processes_of("prod1", {name: "run"}, {})
    assert str(caught.value) == told.format("the Procfile")
    assert processes_of("prod1", {name: "run"}, {name: None}) == {}


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_calendar_events_are_schedules(schedule):
    check_processes({"tidy": ProcessVars(schedule=schedule)})


@pytest.mark.skipif(not which("systemd-analyze"), reason="systemd knows what its calendar events are")
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_systemd_agrees(schedule):
    subprocess.run(["systemd-analyze", "calendar", "--", schedule], check=True, capture_output=True)


@pytest.mark.parametrize("schedule", NO_SCHEDULES)
def test_other_texts_are_none(schedule):
    with pytest.raises(ValueError, match="expected a calendar event"):
        check_processes({"tidy": ProcessVars(schedule=schedule)})
