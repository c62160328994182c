"""Where the benchmark reads from and writes to."""

from __future__ import annotations

from pathlib import Path

BENCH = Path(__file__).parent
ROOT = BENCH.parent
JOB = BENCH / "job"
PEERS = BENCH / "peers"
CACHE = ROOT / ".cache" / "bench"
VENVS = CACHE / "venvs"
STATE = CACHE / "targets"
STANDS = CACHE / "stands"
LOGS = CACHE / "logs"
