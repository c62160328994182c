"""The signals that tell this program to stop; each system has its own."""

from __future__ import annotations

import signal

STOPPING = tuple(
    signal.Signals[name] for name in ("SIGTERM", "SIGHUP", "SIGBREAK") if name in signal.Signals.__members__
)
"""``SIGBREAK`` is what Windows sends when the window is closed."""
