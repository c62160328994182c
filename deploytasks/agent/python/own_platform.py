"""Which built wheels run on this machine, a host: what it says of its processor and its C library."""

from __future__ import annotations

import os
import struct
from typing import Tuple

from deploytasks.agent.python.wheel_platform import WheelPlatform

NARROWED = {"x86_64": "i686", "aarch64": "armv7l"}
"""What a 32-bit system says it is on a 64-bit kernel."""
ALIASES = {"i386": "i686", "i586": "i686", "amd64": "x86_64", "arm64": "aarch64"}


def own_platform() -> WheelPlatform:
    """That of the Python that this runs in."""
    machine = os.uname().machine
    architecture = ALIASES.get(machine, machine)
    if struct.calcsize("P") == 4:
        architecture = NARROWED.get(architecture, architecture)
    return WheelPlatform(architecture, _glibc())


def c_library() -> str:
    """Such as ``glibc 2.36``; empty for another than GNU's (confstr(3))."""
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (OSError, ValueError):
        return ""


def _glibc() -> Tuple[int, int]:
    name, _, version = c_library().partition(" ")
    try:
        major, minor = version.split(".")[:2]
        return (int(major), int(minor)) if name == "glibc" else (0, 0)
    except ValueError:
        return (0, 0)
