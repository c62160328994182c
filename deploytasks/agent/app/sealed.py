"""Contents of sensitive files: not in the plan, but beside it in its release, readable by root alone."""

from __future__ import annotations

import os

from deploytasks.agent.files.digest import digest_of
from deploytasks.agent.files.directory_handle import reading_bytes
from deploytasks.agent.layout import Release
from deploytasks.agent.machine import Machine


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
