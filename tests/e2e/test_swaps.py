"""Releases come and go under load, and no request is lost.

``SWAPS=50 python -m pytest tests/e2e/test_swaps.py -s`` is the full run; it tells its figures.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from deploytasks.targets import Target
from tests.e2e.controller import Controller, two_targets, wait_for

SWAPS = int(os.environ.get("SWAPS", "4"))
REQUESTS_PER_SWAP = 400
SLOW_MS = 2000
LOAD = Path(__file__).with_name("load.lua")


@dataclass
class Load:
    """What wrk counted: *failed* are refused, broken or late connections and answers other than 2xx and 3xx."""

    requests: int = 0
    failed: int = 0
    p99_ms: float = 0
    longest_ms: float = 0


@pytest.fixture(scope="module")
def shop(target_state, tmp_path_factory) -> Controller:
    front, _ = two_targets(target_state)
    controller = Controller.in_directory(tmp_path_factory.mktemp("swaps"), (front,))
    controller.inv("deploy")
    return controller


def test_no_request_fails_while_releases_are_deployed_and_rolled_back(shop):
    (target,) = shop.targets
    with load_on(target) as load:
        for number in range(SWAPS):
            swap(shop, number)
    print(f"\n{SWAPS} swaps under load: {load}")
    assert load.failed == 0
    assert load.requests >= REQUESTS_PER_SWAP * SWAPS
    assert load.longest_ms >= SLOW_MS


@pytest.mark.fault(41)
def test_the_old_instance_ends_after_its_last_answer(shop):
    (target,) = shop.targets
    swap(shop, 0)
    with ThreadPoolExecutor(1) as client:
        slow = client.submit(get, f"{target.url}slow?s=4")
        wait_for(lambda: target.run(["ss", "-xH", "state", "connected"]).stdout.count("shop"), "the request")
        before = served(target)
        ended = shop.inv("rollback", "--json")
    (last,) = [event for event in ended.events if event.get("step") == "end the old instance"]
    assert served(target) != before
    assert last["elapsed_s"] > 1
    assert slow.result() == {"slept_s": 4.0}


def swap(shop: Controller, number: int) -> None:
    """New code and the old release in turn."""
    if number % 2:
        shop.inv("rollback")
        return
    with shop.app.open("a") as code:
        code.write(f"# {number}\n")
    shop.inv("deploy")


@contextmanager
def load_on(target: Target) -> Iterator[Load]:
    """64 clients ask *target* all the time; what they met is known afterwards."""
    argv = [
        "wrk",
        "--threads=2",
        "--connections=64",
        "--duration=1h",
        "--timeout=20s",
        f"--script={LOAD}",
        target.url,
    ]
    load = Load()
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as wrk:
        try:
            yield load
        finally:
            wrk.send_signal(signal.SIGINT)
            said, _ = wrk.communicate(timeout=60)
    vars(load).update(json.loads(said.splitlines()[-1]))


def served(target: Target) -> str:
    answer = target.run(["readlink", "/srv/shop/current"])
    return answer.stdout.strip()


def get(url: str) -> Any:
    with urlopen(url, timeout=20) as answer:
        return json.load(answer)
