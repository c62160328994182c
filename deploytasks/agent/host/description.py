"""What a host is like: its system, addresses, disks, packages, services, users."""

from __future__ import annotations

from typing import Mapping, Tuple

from deploytasks.agent.frozen import frozen


@frozen
class Address:
    """An *address* of a network *interface*, in a network of *prefix* bits."""

    interface: str
    address: str
    prefix: int


@frozen
class Mount:
    """The file system of *kind* on *source* at *path*; its sizes are in MiB."""

    path: str
    source: str
    kind: str
    size_mb: int
    free_mb: int


@frozen
class Description:
    """A host as it is now.

    Memory and swap are in MiB, *up_s* is in seconds. *boot* is another one after each start.
    *virtualization* is a word of systemd-detect-virt(1), *cloud* that of its maker, if known. *packages* are versions
    by name, *services* states by unit, and *users* who may log in or own files, but for those of the system (uid 1000
    and up, and root).
    """

    hostname: str
    domain: str
    distribution: str
    version: str
    codename: str
    kernel: str
    architecture: str
    virtualization: str
    cloud: str
    boot: str
    up_s: int
    timezone: str
    cpus: int
    memory_mb: int
    memory_free_mb: int
    swap_mb: int
    python: str
    addresses: Tuple[Address, ...]
    mounts: Tuple[Mount, ...]
    users: Tuple[str, ...]
    services: Mapping[str, str]
    packages: Mapping[str, str]
