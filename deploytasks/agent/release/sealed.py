"""Contents of sensitive files: not in the plan, but beside it in its release, readable by root alone."""

from __future__ import annotations

import os

from deploytasks.agent.disk.digest import digest_of
from deploytasks.agent.disk.directory_handle import reading_bytes
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.release.layout import Release


def hold_sealed(machine: Machine, release: Release) -> None:
    """Offer the sealed contents of *release* to ``machine.blobs``."""
    directory = machine.path(release.sealed)
    if not os.path.isdir(directory):
        return
    for name in os.listdir(directory):
        path = os.path.join(directory, name)
        with reading_bytes(path) as file:
            if digest_of(file.read()) == name:
                machine.blobs.hold(name, path)
