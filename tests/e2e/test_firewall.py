"""A firewall that shuts SSH out, whatever its rules say, goes off again, also when nobody is left to see to it."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator

import pytest

from deploytasks.targets import Target, up
from tests.e2e.controller import wait_for
from tests.e2e.project import Project
from tests.inv import INV

BEFORE = "/etc/ufw/before.rules"
SHUT_OUT = "-A ufw-before-input -p tcp --dport 22 -m conntrack --ctstate NEW -j DROP"


@pytest.fixture(scope="module")
def gate(target_state) -> Target:
    """A host with a firewall that is off, and would let in nobody who is not there yet."""
    return up("gate", "debian12", state=target_state, say=print)


@pytest.fixture
def castle(gate, tmp_path) -> Iterator[Project]:
    castle = Project.make("castle", tmp_path, gate, ansible_timeout=3)
    castle.inv("setup", "--extra-vars", "ufw_enabled=false")
    gate.run(["sed", "-i", f"/-i lo -j ACCEPT/a {SHUT_OUT}", BEFORE])
    yield castle
    gate.run(["ufw", "--force", "disable"])
    gate.run(["sed", "-i", f"/{SHUT_OUT}/d", BEFORE])


@pytest.mark.fault(85)
def test_nobody_is_shut_out_by_a_firewall_that_goes_on(castle, gate):
    run = castle.inv("deploy")
    assert (run.exit_code, run.failure["step"]) == (2, "turn the firewall on")
    assert "with ufw on nobody could connect to this host any more, so it goes off again" in run.messages
    assert (is_on(gate), timers(gate)) == (False, "")
    gate.run(["sed", "-i", f"/{SHUT_OUT}/d", BEFORE])
    assert castle.deploy().host["failed"] == 0
    assert (is_on(gate), timers(gate)) == (True, "")
    assert castle.deploy().host["changed"] == 0


@pytest.mark.fault(88)
def test_the_way_back_opens_when_agent_and_controller_are_gone(castle, gate):
    deploy = subprocess.Popen(
        [INV, "deploy"], cwd=castle.directory, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        wait_for(lambda: is_on(gate), "the firewall is on")
        gate.run(["pkill", "--signal", "KILL", "--full", "deploytasks"], check=False)
        deploy.send_signal(signal.SIGKILL)
    finally:
        deploy.kill()
        deploy.communicate()
    assert castle.typed("status").returncode == 4
    wait_for(lambda: not is_on(gate), "the firewall went off by itself", timeout_s=60)
    wait_for(lambda: castle.typed("status").returncode != 4, "the host can be reached")


def is_on(gate: Target) -> bool:
    return (
        "ENABLED=yes" in gate.run(["cat", "/etc/ufw/ufw.conf"]).stdout
        and "DROP" in gate.run(["iptables", "--list-rules", "INPUT"]).stdout
    )


def timers(gate: Target) -> str:
    return gate.run(["systemctl", "list-timers", "--no-legend", "deploytasks-way-back*"]).stdout
