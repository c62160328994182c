"""Units that take longer to start or to stop than they may.

Their programs can ask systemd for more time, again and again (sd_notify(3), ``EXTEND_TIMEOUT_USEC``): one that is not
to be trusted would be there for ever, and who waits for its end as well.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import Callable, Dict, Iterable, Iterator, List

from deploytasks.agent.regex import regex

LIMITS = {"activating": "TimeoutStartUSec", "deactivating": "TimeoutStopUSec"}
"""What bounds each state (systemd.service(5))."""
SINCE = "StateChangeTimestampMonotonic"
LOOKED_AT = ("ActiveState", SINCE, *LIMITS.values())
LAST_MOMENTS_S = 10.0
"""How long after its own limit systemd may take to end what does not end by itself."""
LOOK_EVERY_S = 5.0
PART = regex(r"(\d+(?:\.\d+)?)(us|ms|s|min|h|d|w)")
SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}


def overstaying(shown: Iterable[Dict[str, str]]) -> List[str]:
    """Of units that are *shown* with ``LOOKED_AT`` those that are beyond their limit."""
    return [unit["Id"] for unit in shown if _is_late(unit)]


@contextmanager
def meanwhile(look: Callable[[], None], every_s: float = LOOK_EVERY_S) -> Iterator[None]:
    """*look* now and then, as long as this lasts."""
    over = threading.Event()

    def go_on() -> None:
        while not over.wait(every_s):
            look()

    looking = threading.Thread(target=go_on, daemon=True)
    looking.start()
    try:
        yield
    finally:
        over.set()
        looking.join()


def _is_late(unit: Dict[str, str]) -> bool:
    parts = PART.findall(unit.get(LIMITS.get(unit.get("ActiveState", ""), ""), ""))
    limit_s = sum(float(number) * SECONDS[name] for number, name in parts)
    waited_s = time.monotonic() - int(unit.get(SINCE) or 0) / 1e6
    return bool(parts) and waited_s > limit_s + LAST_MOMENTS_S
