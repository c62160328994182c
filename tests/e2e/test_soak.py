"""One deploy after the other, each with a fault at some moment: whatever it was, the host is whole and goes on serving.

``SOAK`` says how many, ``SEED`` which: the same seed is the same faults at the same moments.
"""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext

import pytest

from deploytasks.targets import Target
from tests.e2e.controller import wait_for
from tests.e2e.converged import up_converged
from tests.e2e.faults import agents, serves
from tests.e2e.project import Project
from tests.e2e.test_lost_link import broken
from tests.e2e.traffic import Traffic
from tests.inv import INV

ROUNDS = int(os.environ.get("SOAK", "3"))
SEED = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1, 1_000_000)
LATEST_S = 2.5

Deploy = subprocess.Popen[bytes]


@pytest.fixture(scope="module")
def sponge(target_state) -> Target:
    return up_converged("sponge", "debian12", target_state)


@pytest.fixture(scope="module")
def soaked(sponge, tmp_path_factory) -> Project:
    soaked = Project.make("soaked", tmp_path_factory.mktemp("soaked"), sponge, app_watch_s=0.5)
    soaked.deploy()
    return soaked


def test_the_host_is_whole_after_any_fault_at_any_moment(soaked):
    print(f"SEED={SEED} SOAK={ROUNDS}")
    chance = random.Random(SEED)
    for number in range(ROUNDS):
        fault, moment = chance.choice(sorted(FAULTS)), round(chance.uniform(0, LATEST_S), 2)
        about = f"round {number} of SEED={SEED}: {fault} after {moment} s"
        serving = soaked.current
        soaked.code(f"round {number}")
        with nullcontext() if fault == "power" else Traffic.on(soaked) as traffic:
            suffer(soaked, fault, moment)
        if traffic:
            assert None not in traffic.served, about
            assert set(traffic.served) <= {serving, *soaked.releases}, about
        assert soaked.says["release"] in soaked.releases, about
        assert_free(soaked, about)
        if fault != "agent killed":
            assert_whole(soaked, about)
        soaked.deploy()
        assert soaked.says["version"] == f"round {number}", about
        assert soaked.deploy().changed == [], about


def suffer(project: Project, fault: str, moment: float) -> None:
    """A deploy that *fault* befalls at *moment*, and its end, by itself where it has to."""
    deploy = subprocess.Popen(
        [INV, "deploy"], cwd=project.directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + moment
        wait_for(lambda: deploy.poll() is not None or time.monotonic() > deadline, "its moment")
        with FAULTS[fault](project, deploy):
            deploy.wait(timeout=60)
    finally:
        deploy.kill()
        deploy.wait()
    project.target.wait_until_up()
    wait_for(lambda: not agents(project), "the agent has ended by itself", timeout_s=60)


def kill_controller(project: Project, deploy: Deploy) -> AbstractContextManager[None]:
    deploy.kill()
    return nullcontext()


def kill_sshd(project: Project, deploy: Deploy) -> AbstractContextManager[None]:
    project.target.run(["pkill", "-9", "-f", "sshd.*: deploy@notty"], check=False)
    return nullcontext()


def kill_agent(project: Project, deploy: Deploy) -> AbstractContextManager[None]:
    project.target.run(["pkill", "-9", "-f", "deploytasks-agent"], check=False)
    return nullcontext()


def cut_power(project: Project, deploy: Deploy) -> AbstractContextManager[None]:
    project.target.container.restart(timeout=0)
    wait_for(lambda: serves(project), "an answer after the boot")
    return nullcontext()


def cut_link(project: Project, deploy: Deploy) -> AbstractContextManager[None]:
    return broken(project.target, "both ways")


def deploy_too(project: Project, deploy: Deploy) -> AbstractContextManager[None]:
    assert project.inv("deploy", "--lock-wait", "60").exit_code == 0
    return nullcontext()


FAULTS: Mapping[str, Callable[[Project, Deploy], AbstractContextManager[None]]] = {
    "controller killed": kill_controller,
    "sshd killed": kill_sshd,
    "agent killed": kill_agent,
    "power": cut_power,
    "link": cut_link,
    "another deploy": deploy_too,
}


def assert_whole(project: Project, about: str) -> None:
    """One release is current, serves, and starts at boot; an agent that was killed leaves that to the next run."""
    run = project.target.run
    release = project.current
    assert project.says["release"] == release, about
    socket = run(["readlink", f"/run/{project.name}/current.sock"]).stdout.strip()
    assert socket == f"{release}.sock", about
    enabled = run(
        ["systemctl", "is-enabled", f"{project.name}@{release}.service"], check=False
    ).stdout.strip()
    assert enabled == "enabled", about


def assert_free(project: Project, about: str) -> None:
    """Nobody holds the lock."""
    lock = f"/var/lib/deploytasks/{project.name}/lock"
    assert project.target.run(["flock", "--nonblock", lock, "true"], check=False).returncode == 0, about
