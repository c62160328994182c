"""The link to a host breaks, silently or not, and whoever sits at either end: both know what to do, and when."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from deploytasks.targets import Target
from tests.e2e.converged import up_converged
from tests.e2e.faults import (
    CLIENT_NOTICES_S,
    SLOW_START,
    assert_it_converges,
    deploying,
    ended_by_itself,
    on_disk,
)
from tests.e2e.project import Project, difference
from tests.e2e.slow_link import BYTES_PER_S
from tests.e2e.traffic import Traffic
from tests.inv import INV

SSH = ["-p", "tcp", "--dport", "22", "-j"]
FROM_SSH = ["-p", "tcp", "--sport", "22", "-j"]
CUTS = {
    "both ways": [["INPUT", *SSH, "DROP"], ["OUTPUT", *FROM_SSH, "DROP"]],
    "on the way in": [["INPUT", *SSH, "DROP"]],
    "on the way out": [["OUTPUT", *FROM_SSH, "DROP"]],
    "reset": [["INPUT", *SSH, "REJECT", "--reject-with", "tcp-reset"]],
}
SLOW_LINK = Path(__file__).with_name("slow_link.py")
LARGE = 5 * BYTES_PER_S
number = count(1)


@pytest.fixture(scope="module")
def island(target_state) -> Target:
    return up_converged("island", "debian12", target_state)


@pytest.fixture(scope="module")
def remote(island, tmp_path_factory) -> Project:
    project = Project.make("remote", tmp_path_factory.mktemp("remote"), island)
    project.deploy()
    return project


@pytest.mark.fault(2, 3, 5)
@pytest.mark.parametrize("cut", CUTS)
def test_a_link_that_breaks_before_the_switch(remote, cut):
    before = on_disk(remote)
    remote.code(f"slow {next(number)}", SLOW_START)
    with Traffic.on(remote) as traffic, deploying(remote, "start the new instance") as deploy:
        with broken(remote.target, cut):
            started = time.monotonic()
            _, messages = deploy.communicate(timeout=CLIENT_NOTICES_S)
            assert time.monotonic() - started < CLIENT_NOTICES_S
            assert deploy.returncode == 4, messages
            assert "finishes or undoes by itself" in messages
        ended = ended_by_itself(remote)
    if ended["outcome"] == "failed":
        assert difference(before, on_disk(remote)) == {}
    assert set(traffic.served) <= {remote.current, *remote.releases}
    assert_it_converges(remote)


@pytest.mark.fault(6)
def test_a_link_that_is_slow(remote):
    remote.configure(ansible_ssh_extra_args=f"-o 'ProxyCommand={sys.executable} {SLOW_LINK} %h %p'")
    remote.code(f"slow link {next(number)}")
    (remote.directory / "app/large").write_bytes(os.urandom(LARGE))
    with Traffic.on(remote) as traffic:
        run = remote.deploy()
    assert run.host["elapsed_s"] > LARGE / BYTES_PER_S, "the link was not slow at all"
    assert None not in traffic.served
    assert remote.says["version"].startswith("slow link")
    assert remote.deploy().changed == []


@pytest.mark.fault(11)
def test_who_reads_only_the_first_line_does_not_cut_the_deploy(remote):
    remote.code(f"piped {next(number)}")
    done = subprocess.run(
        f"{INV} deploy | head -n 1",
        shell=True,
        cwd=remote.directory,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert ended_by_itself(remote)["outcome"] == "changed"
    assert remote.deploy().changed == []


@pytest.mark.fault(12)
def test_a_controller_without_a_place_for_its_files_needs_none(remote):
    remote.code(f"homeless {next(number)}")
    done = subprocess.run(
        [INV, "deploy"], cwd=remote.directory, capture_output=True, text=True, check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": "/proc", "LANG": "C.UTF-8"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert remote.says["version"].startswith("homeless")


@contextmanager
def broken(target: Target, cut: str) -> Iterator[None]:
    for rule in CUTS[cut]:
        target.run(["iptables", "--insert", *rule])
    try:
        yield
    finally:
        for rule in CUTS[cut]:
            target.run(["iptables", "--delete", *rule])
