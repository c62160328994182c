"""The sign of life that the agents hear while a run lasts."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deploytasks.visit import Visit

BEAT_S = 5.0
"""An agent takes a controller for gone that it has not heard for six times as long (``agent/channel.py``)."""


class Heartbeat:
    """From `start` to `stop` every agent of *visits* is told, every BEAT_S seconds, that somebody is there.

    So a controller that vanishes without a word, such as a laptop that is put to sleep, keeps no host waiting and
    holds no lock.
    """

    def __init__(self, visits: Sequence[Visit]) -> None:
        self._visits = visits
        self._over = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._beat, daemon=True).start()

    def stop(self) -> None:
        self._over.set()

    def _beat(self) -> None:
        while not self._over.wait(BEAT_S):
            for visit in self._visits:
                visit.beat()
