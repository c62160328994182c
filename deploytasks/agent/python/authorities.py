"""Whom installers trust: the host's certificate authorities, and those that a person adds."""

from __future__ import annotations

import os

from deploytasks.agent.disk.directory_handle import reading_bytes
from deploytasks.agent.disk.entry import write_file
from deploytasks.agent.engine.machine import Machine

SYSTEM_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"


def authorities_in(machine: Machine, ca_bundle: str, work: str) -> str:
    """One file of all certificate authorities to trust, as installers take no second; in *work* if they are joined."""
    system = list(filter(os.path.exists, [machine.path(SYSTEM_AUTHORITIES)]))
    if not ca_bundle:
        return "".join(system)
    joined = os.path.join(work, "authorities.pem")
    content = b"".join(_content(path) + b"\n" for path in [*system, machine.path(ca_bundle)])
    write_file(joined, content, {"mode": "0644"})
    return joined


def _content(path: str) -> bytes:
    with reading_bytes(path) as file:
        return file.read()
