"""One deploy at a time, and a lock that dies with its holder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import deploytasks
from deploytasks.agent.release.lock import Lock, LockHeld

ABOUT = {"by": "ann", "command": "deploy"}
HOLD = """
import subprocess, sys
from deploytasks.agent.release.lock import Lock
Lock(sys.argv[1]).take({"by": "ann", "command": "deploy"}, 0, print)
subprocess.Popen(["sleep", "60"], stdout=subprocess.DEVNULL)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "state" / "lock")


@pytest.fixture
def holder(path):
    """Another process that holds the lock, and has a child of its own."""
    env = {**os.environ, "PYTHONPATH": str(Path(deploytasks.__file__).parents[1])}
    argv = [sys.executable, "-c", HOLD, path]
    with subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, start_new_session=True
    ) as other:
        assert other.stdout.readline() == b"held\n"
        yield other
        os.killpg(other.pid, 9)


def test_a_held_lock_names_its_holder(path, holder):
    with pytest.raises(LockHeld, match=r"locked by ann \(deploy, pid %d on the host\) since 2" % holder.pid):
        Lock(path).take({"by": "bob"}, 0, print)


@pytest.mark.fault(61, 62)
def test_a_lock_is_free_when_its_holder_is_killed_though_a_child_lives(path, holder):
    holder.kill()
    holder.wait()
    mine = Lock(path)
    mine.take({**ABOUT, "by": "next"}, 0, print)
    assert mine.holder()["by"] == "next"


def test_who_is_at_work_can_be_asked_without_trying_the_lock(path, holder):
    assert Lock(path).at_work.startswith("ann (deploy, pid %d on the host) since 2" % holder.pid)
    holder.kill()
    holder.wait()
    assert not Lock(path).at_work


def test_nobody_is_at_work_who_only_has_the_number_of_the_last_holder(path):
    mine = Lock(path)
    mine.take(ABOUT, 0, print)
    mine.release()
    assert mine.holder()["pid"] == os.getpid()
    assert not mine.at_work


def test_nobody_is_at_work_where_there_was_never_a_lock(path):
    assert not Lock(path).at_work


def test_waiting_says_for_whom_and_goes_on_when_it_is_free(path, holder):
    said = []

    def leave(line):
        said.append(line)
        holder.kill()
        holder.wait()

    Lock(path).take(ABOUT, 30, leave)
    assert len(said) == 1
    assert said[0].startswith("waiting for the lock: held by ann (deploy, pid ")


def test_a_released_lock_can_be_taken(path):
    first = Lock(path)
    first.take(ABOUT, 0, print)
    first.release()
    second = Lock(path)
    second.take({**ABOUT, "by": "next"}, 0, print)
    assert second.holder()["by"] == "next"
