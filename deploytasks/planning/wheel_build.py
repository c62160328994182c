"""The building of a wheel on this machine, by uv or by pip."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from deploytasks.errors import SourceError

if TYPE_CHECKING:
    from deploytasks.source.requirements.own_package import OwnPackage

KEPT_LINES = 15
SAME_BYTES = {"SOURCE_DATE_EPOCH": "1580601600"}
"""A wheel is the same on every machine, whenever it is built (https://reproducible-builds.org/specs/source-date-epoch/)."""


def build_wheel(package: OwnPackage, source: Path, to: Path) -> Path:
    """The wheel that the files at *source* become, in the directory *to*; raises ``SourceError`` with what was said."""
    argv = [*_builder(package), str(to), str(source)]
    environment = {**os.environ, **SAME_BYTES}
    done = subprocess.run(argv, capture_output=True, text=True, check=False, env=environment)
    wheels = [*to.glob("*.whl")] if to.is_dir() else []
    if done.returncode or not wheels:
        said = (done.stderr or done.stdout).strip().splitlines()[-KEPT_LINES:]
        raise SourceError(
            "\n  ".join([f"{package.where}: {package.shown}: no wheel could be built of it here", *said])
        )
    return wheels[0]


def _builder(package: OwnPackage) -> Sequence[str]:
    if importlib.util.find_spec("uv"):
        return [sys.executable, "-m", "uv", "build", "--quiet", "--wheel", "--out-dir"]
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir"]
    raise SourceError(
        f"{package.where}: {package.shown}: to build it, uv or pip has to be on this machine: "
        "pip install 'deploytasks[wheelhouse]'"
    )
