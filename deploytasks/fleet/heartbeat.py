"""The sign of life that the agents hear while a run lasts."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deploytasks.fleet.visit import Visit

BEAT_S = 5.0
"""An agent takes a controller for gone that was silent for twelve times as long (``agent/conversation/channel.py``)."""


class Heartbeat:
    """From `start` to `stop` every agent of *visits* is told, every BEAT_S seconds, that somebody is there.

    So a controller that vanishes without a word, such as a laptop that is put to sleep, keeps no host waiting and
    holds no lock.
    """

    def __init__(self, visits: Sequence[Visit]) -> None:
        self._visits = visits
        self._over = threading.Event()

    def start(self) -> None:
        for visit in self._visits:
            threading.Thread(target=self._beat, args=(visit,), daemon=True).start()

    def stop(self) -> None:
        self._over.set()

    def _beat(self, visit: Visit) -> None:
        """Each for itself: a host that takes nothing more keeps no other from being heard."""
        while not self._over.wait(BEAT_S):
            visit.beat()
