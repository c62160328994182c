"""Which restrictions of a unit a host cannot make: asked of systemd once after each boot."""

from __future__ import annotations

import os

import pytest

from deploytasks.agent.services.confinement import FOUND, unable

SYSTEMD_RUN = """#!/bin/sh
. "$FAKES/fake.sh"
case "$*" in *PrivateUsers=yes*) exit %d ;; esac
"""


@pytest.fixture
def asked(host, tmp_path):
    """What a host is unable to do whose systemd ends with this status where a unit wants users of its own."""

    def of(status: int):
        program = tmp_path / "systemd-run"
        program.write_text(SYSTEMD_RUN % status)
        program.chmod(0o755)
        machine = host.machine
        machine.environment = {**machine.environment, "PATH": f"{tmp_path}:{machine.environment['PATH']}"}
        os.makedirs(f"{host.root}/run", exist_ok=True)
        return unable(machine)

    return of


@pytest.mark.parametrize("status", [217, 226])
def test_what_systemd_refuses_is_found_out_one_by_one(asked, status):
    assert asked(status) == ("PrivateUsers=yes",)


@pytest.mark.parametrize("status", [0, 1])
def test_where_all_is_well_and_where_nobody_can_tell_nothing_is_left_out(host, asked, status):
    assert asked(status) == ()
    assert len(host.calls) == 1


def test_it_is_asked_once_until_the_next_boot(host, asked):
    asked(217)
    before = len(host.calls)
    assert asked(0) == ("PrivateUsers=yes",)
    assert len(host.calls) == before
    os.unlink(host.machine.path(FOUND))
    assert asked(0) == ()
