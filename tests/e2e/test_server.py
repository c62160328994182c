"""A bare host is made ready by inv setup; what would let in nobody any more is put back."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from deploytasks.targets import Target, up
from tests.agent.contract_of_systems import KEY
from tests.e2e.controller import TASKS, Controller, wait_for

WANTED = {
    "server_users": {"alice": {"keys": [KEY], "sudo": True}},
    "server_hostname": "web1.example.org",
    "server_timezone": "Europe/Berlin",
    "server_locale": "C.UTF-8",
    "server_journal_max_use": "200M",
    "server_motd": "Production",
    "server_ssh_hardened": True,
}
SETTINGS = "/etc/ssh/sshd_config.d/10-deploytasks.conf"
SHUT_OUT = {**WANTED, "server_sshd": {"AllowUsers": "nobody"}}
PUT_BACK_S = 60


@pytest.fixture(scope="module")
def bare(target_state) -> Target:
    return up("bare", "debian12", state=target_state, say=print)


@pytest.fixture(scope="module")
def desk(bare, tmp_path_factory) -> Controller:
    """No app anywhere."""
    directory = tmp_path_factory.mktemp("desk")
    (directory / "tasks.py").write_text(TASKS)
    (directory / "inventory.ini").write_text(f"{bare.entry}\n")
    (directory / "group_vars").mkdir()
    desk = Controller(directory, (bare,))
    say(desk, WANTED)
    return desk


def say(desk: Controller, variables: dict[str, object]) -> None:
    Path(desk.directory, "group_vars/all.json").write_text(json.dumps({**variables, "ansible_timeout": 3}))


def host_of(ended, target):
    return ended.recap["hosts"][target.name]


def test_a_bare_host_is_made_ready_and_the_second_time_nothing_is_left_to_do(desk, bare):
    first = host_of(desk.inv("setup", "--json"), bare)
    assert (first["outcome"], first["failed"]) == ("changed", 0)
    assert host_of(desk.inv("setup", "--json"), bare)["changed"] == 0
    assert bare.run(["hostname"]).stdout == "web1.example.org\n"
    assert bare.run(["getent", "hosts", "web1"]).stdout.split()[0] == "127.0.1.1"
    assert bare.run(["date", "+%Z"]).stdout in ("CET\n", "CEST\n")
    assert bare.run(["sudo", "-n", "id", "-un"], user="alice").stdout == "root\n"
    assert bare.run(["cat", "/home/alice/.ssh/authorized_keys"], user="alice").stdout == f"{KEY}\n"
    told = bare.run(["sshd", "-T"]).stdout
    assert {"passwordauthentication no", "permitrootlogin no", "maxauthtries 4"} <= {*told.splitlines()}


def test_settings_of_sshd_that_let_in_nobody_any_more_are_put_back(desk, bare):
    before = bare.run(["cat", SETTINGS]).stdout
    say(desk, SHUT_OUT)
    ended = desk.inv("setup", "--json", code=2)
    (failed,) = (event for event in ended.events if event.get("outcome") == "failed" and "step" in event)
    assert failed["step"] == "set sshd"
    assert "with these settings of sshd nobody could connect to this host any more" in ended.stdout
    assert bare.run(["cat", SETTINGS]).stdout == before
    assert timers(bare) == ""
    say(desk, WANTED)
    assert host_of(desk.inv("setup", "--json"), bare)["changed"] == 0


@pytest.mark.skipif("TYPES" not in os.environ, reason="make test-types waits for the way back")
def test_the_host_itself_puts_them_back_when_agent_and_controller_are_gone(desk, bare):
    before = bare.run(["cat", SETTINGS]).stdout
    say(desk, SHUT_OUT)
    with desk.running("setup", "--json") as setup:
        next(line for line in setup.stdout or () if '"limit the journal"' in line)
        setup.send_signal(signal.SIGSTOP)  # so that it does not hear that nobody can connect
        wait_for(lambda: "allowusers nobody" in bare.run(["sshd", "-T"]).stdout, "sshd is told")
        bare.run(["pkill", "--signal", "KILL", "--full", "deploytasks"], check=False)
        assert "AllowUsers" in bare.run(["cat", SETTINGS]).stdout
    wait_for(lambda: bare.run(["cat", SETTINGS]).stdout == before, "they are as they were", PUT_BACK_S)
    say(desk, WANTED)
    wait_for(lambda: desk.inv("ping", code=None).code == 0, "the host can be reached")


def timers(target: Target) -> str:
    return target.run(["systemctl", "list-timers", "--no-legend", "deploytasks-way-back*"]).stdout
