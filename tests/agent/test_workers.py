"""Who counts as a worker: what a server starts of its own kind, and nothing else that an app or a script starts."""

from __future__ import annotations

import subprocess
import sys

from deploytasks.agent.release.runtime.workers import of_a_servers_kind
from deploytasks.agent.services.systemd import parent_of

SERVER = """
import os, subprocess, sys

worker = os.fork()
if not worker:
    helper = subprocess.Popen(["sleep", "60"])
    print(os.getpid(), helper.pid, flush=True)
    helper.wait()
    os._exit(0)
sys.stdin.read()
"""


def test_a_fork_of_the_server_works_for_it_and_a_program_that_the_app_runs_does_not():
    with subprocess.Popen(
        ["sh", "-c", f"{sys.executable} -c '{SERVER}'; true"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as script:
        worker, helper = script.stdout.readline().split()
        server = parent_of(worker)
        try:
            assert of_a_servers_kind({str(script.pid), server, worker, helper}) == {worker}
        finally:
            subprocess.run(["kill", helper, worker], check=True)
            script.communicate("")


POOL = """
import multiprocessing, os, sys, time

def work():
    inner = os.fork()
    if inner:
        print(os.getpid(), inner, flush=True)
    time.sleep(60)

if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    worker = multiprocessing.Process(target=work)
    worker.start()
    sys.stdin.read()
    worker.kill()
"""


def test_what_a_worker_forks_and_what_python_starts_beside_it_are_none(tmp_path):
    (tmp_path / "pool.py").write_text(POOL)
    argv = ["sh", "-c", f"{sys.executable} {tmp_path}/pool.py; true"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as script:
        worker, inner = script.stdout.readline().split()
        children = ["pgrep", "-P", parent_of(worker)]
        of_server = subprocess.run(children, capture_output=True, text=True, check=True).stdout.split()
        try:
            assert len(of_server) == 2, "a worker and its tracker"
            assert of_a_servers_kind({*of_server, inner}) == {worker}
        finally:
            subprocess.run(["kill", inner], check=True)
            script.communicate("")


def test_one_that_is_gone_is_none():
    with subprocess.Popen(["true"]) as gone:
        pass
    assert of_a_servers_kind({str(gone.pid)}) == set()
