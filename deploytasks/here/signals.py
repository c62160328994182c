"""The signals that tell this program to stop; each system has its own."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

STOPPING = tuple(
    signal.Signals[name] for name in ("SIGTERM", "SIGHUP", "SIGBREAK") if name in signal.Signals.__members__
)
"""``SIGBREAK`` is what Windows sends when the window is closed."""


@contextmanager
def interrupts() -> Iterator[threading.Event]:
    """Ctrl-C meanwhile is no exception, which might come anywhere: the event is set."""
    pressed = threading.Event()
    before = signal.signal(signal.SIGINT, lambda *_: pressed.set())
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, before)
