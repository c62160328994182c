"""A program of this machine, run to its end; its output is shown only if it fails."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence

from deploytasks.errors import ConfigError


def run(argv: Sequence[str], env: Mapping[str, str] | None = None) -> str:
    """What *argv* wrote to standard output; `ConfigError` with everything it wrote if it failed."""
    done = subprocess.run(
        argv,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ConfigError(
            f"{done.stdout}{done.stderr}{' '.join(argv)}: exit {done.returncode}\nread its messages above"
        )
    return done.stdout
