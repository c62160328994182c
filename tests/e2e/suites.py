"""On which Debians a test runs: on each, where we do something else on each, and otherwise on one."""

from __future__ import annotations

import os

from deploytasks.targets import SUITES

USUAL = "debian12"
WANTED = tuple(SUITES) if os.environ.get("MATRIX") == "all" else (USUAL,)
"""What the packages of each Debian do with the same files of ours is for `make test-matrix`."""
