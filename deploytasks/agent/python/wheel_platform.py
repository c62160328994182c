"""Which built wheels run on which machine: platform compatibility tags (PEP 425, 600, 656)."""

from __future__ import annotations

import re
from typing import Tuple

from deploytasks.agent.frozen import frozen

LEGACY = {"manylinux2014": (2, 17), "manylinux2010": (2, 12), "manylinux1": (2, 5)}


@frozen
class WheelPlatform:
    """A processor *architecture*, and the version of glibc; (0, 0) where there is another C library."""

    architecture: str
    glibc: Tuple[int, int]

    def rank(self, wheel: str) -> int:
        """How well a statically or normally linked program in *wheel* fits: 0 not at all, 2 best."""
        tags = wheel[: -len(".whl")].rpartition("-")[2].split(".")
        return max((self._rank(tag) for tag in tags), default=0)

    def _rank(self, tag: str) -> int:
        if not tag.endswith("_" + self.architecture):
            return 0
        name = tag[: -len(self.architecture) - 1]
        if name == "linux" or (0, 0) < _wanted_glibc(name) <= self.glibc:
            return 2
        # Programs built for musl are static as a rule, and run on any Linux.
        return 1 if name.startswith("musllinux_1_") else 0


def _wanted_glibc(name: str) -> Tuple[int, int]:
    modern = re.fullmatch(r"manylinux_(\d+)_(\d+)", name)
    return (int(modern.group(1)), int(modern.group(2))) if modern else LEGACY.get(name, (0, 0))
