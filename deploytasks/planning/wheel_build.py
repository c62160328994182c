"""The building of a wheel on this machine, by uv or by pip."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

from deploytasks.errors import SourceError
from deploytasks.source.git import git_environment

KEPT_LINES = 15
SAME_BYTES = {"SOURCE_DATE_EPOCH": "1580601600"}
"""A wheel is the same on every machine, whenever it is built (https://reproducible-builds.org/specs/source-date-epoch/)."""


def build_wheel(source: Path, to: Path, about: str = "") -> Path:
    """The wheel that the project at *source* becomes, in the directory *to*.

    Raises ``SourceError``, beginning with *about*, with what was said.
    """
    argv = [sys.executable, "-m", *_builder(about), str(to), str(source)]
    done = subprocess.run(
        argv, capture_output=True, text=True, check=False, env=git_environment() | SAME_BYTES
    )
    wheels = [*to.glob("*.whl")] if to.is_dir() else []
    if done.returncode or not wheels:
        said = (done.stderr or done.stdout).strip().splitlines()[-KEPT_LINES:]
        raise SourceError("\n  ".join([f"{about}no wheel could be built of it here", *said]))
    return wheels[0]


def _builder(about: str) -> tuple[str, ...]:
    if importlib.util.find_spec("uv"):
        return ("uv", "build", "--wheel", "--out-dir")
    if importlib.util.find_spec("pip"):
        return ("pip", "wheel", "--quiet", "--no-deps", "--wheel-dir")
    raise SourceError(
        f"{about}to build it, uv or pip has to be on this machine: pip install 'deploytasks[wheelhouse]'"
    )
