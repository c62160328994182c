"""A host that is silent is given up; one that nobody could hear is not."""

from __future__ import annotations

import itertools
import threading

import pytest

from deploytasks.transport import pulse
from deploytasks.transport.pulse import Pulse
from tests.e2e.controller import wait_for


class Line:
    """A connection over which nothing comes, until it is closed."""

    def __init__(self) -> None:
        self.closed = threading.Event()

    def is_active(self) -> bool:
        return not self.closed.is_set()

    def global_request(self, kind: str, *, wait: bool) -> None:
        """Nobody answers."""
        self.closed.wait()

    def close(self) -> None:
        self.closed.set()


@pytest.mark.parametrize(
    ("seconds_a_look", "given_up"), [(0.4, True), (30.0, False)], ids=["silent", "stopped"]
)
def test_own_pauses_are_not_the_hosts(monkeypatch, seconds_a_look, given_up):
    looks, enough = itertools.count(), threading.Event()

    def clock() -> float:
        look = next(looks)
        if look > 200:
            enough.set()
        return look * seconds_a_look

    monkeypatch.setattr(pulse, "STEP_S", 0.001)
    line = Line()
    watched = Pulse(line, 5.0, clock=clock)
    watched.start()
    wait_for(lambda: line.closed.is_set() or enough.is_set(), "the end, or enough looks")
    assert line.closed.is_set() == given_up
    watched.stop()
    line.close()
