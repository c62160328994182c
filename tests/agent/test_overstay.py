"""What asks systemd for ever more time gets what its unit says, and a moment."""

from __future__ import annotations

import threading
import time

import pytest

from deploytasks.agent.services.overstay import LAST_MOMENTS_S, meanwhile, overstaying

PATIENCE_S = 60


def unit(state: str, limit: str, ago_s: float) -> dict[str, str]:
    """As systemctl(1) shows a unit that came into *state* *ago_s* seconds ago."""
    since_us = int((time.monotonic() - ago_s) * 1e6)
    return {
        "Id": "shop.service",
        "ActiveState": state,
        "StateChangeTimestampMonotonic": str(since_us),
        "TimeoutStartUSec": limit,
        "TimeoutStopUSec": limit,
    }


@pytest.mark.parametrize(
    ("limit", "seconds"),
    [("35s", 35), ("1min 30s", 90), ("1h 1min 40s", 3700), ("6.500s", 6.5), ("500ms", 0.5)],
)
@pytest.mark.parametrize("state", ["activating", "deactivating"])
def test_beyond_its_limit_and_a_moment_it_is_late(state, limit, seconds):
    assert overstaying([unit(state, limit, seconds + LAST_MOMENTS_S - 5)]) == []
    assert overstaying([unit(state, limit, seconds + LAST_MOMENTS_S + 5)]) == ["shop.service"]


def test_what_runs_or_has_no_limit_stays():
    runs, endless = unit("active", "5s", 10_000), unit("deactivating", "infinity", 10_000)
    socket = {"Id": "shop.socket", "ActiveState": "deactivating", "StateChangeTimestampMonotonic": "1"}
    assert overstaying([runs, endless, socket]) == []


def test_it_is_looked_at_as_long_as_somebody_waits_and_no_longer():
    looked = threading.Semaphore(0)
    with meanwhile(looked.release, every_s=0.001):
        assert looked.acquire(timeout=PATIENCE_S)
        assert looked.acquire(timeout=PATIENCE_S)
    while looked.acquire(blocking=False):
        pass
    assert not looked.acquire(timeout=0.05)
