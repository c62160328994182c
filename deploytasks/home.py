"""Home directories in the paths that people write."""

from __future__ import annotations

import os
from pathlib import Path


def expanded(path: str | Path) -> Path:
    """*path* with the home that a leading ``~`` or ``~user`` stands for, as a shell has it.

    The ``~user`` of somebody unknown stays, so whoever opens the file tells that it is not there
    (os.path.expanduser; the one of pathlib raises ``RuntimeError``).
    """
    return Path(os.path.expanduser(path))  # noqa: PTH111
