"""Which built wheels run on this machine: platform compatibility tags (PEP 425, 600, 656)."""

from __future__ import annotations

import os
import re
import struct
from typing import Tuple

from deploytasks.agent.frozen import frozen

NARROWED = {"x86_64": "i686", "aarch64": "armv7l"}
"""What a 32-bit system says it is on a 64-bit kernel."""
ALIASES = {"i386": "i686", "i586": "i686", "amd64": "x86_64", "arm64": "aarch64"}
LEGACY = {"manylinux2014": (2, 17), "manylinux2010": (2, 12), "manylinux1": (2, 5)}


@frozen
class WheelPlatform:
    """A processor *architecture*, and the version of glibc; (0, 0) where there is another C library."""

    architecture: str
    glibc: Tuple[int, int]

    @classmethod
    def of_this_machine(cls) -> WheelPlatform:
        machine = os.uname().machine
        architecture = ALIASES.get(machine, machine)
        if struct.calcsize("P") == 4:
            architecture = NARROWED.get(architecture, architecture)
        return cls(architecture, _glibc())

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


def _glibc() -> Tuple[int, int]:
    try:
        name, _, version = (os.confstr("CS_GNU_LIBC_VERSION") or "").partition(" ")
        major, minor = version.split(".")[:2]
    except (ValueError, OSError):
        return (0, 0)
    return (int(major), int(minor)) if name == "glibc" else (0, 0)
