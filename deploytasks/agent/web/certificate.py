"""What a certificate says of itself, asked of openssl(1)."""

from __future__ import annotations

from typing import Any, Dict, Optional

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.regex import regex

DAY_S = 86_400
DNS_NAME = regex(r"DNS:([^,\s]+)")


def read_certificate(machine: Machine, path: str, days: int = 0) -> Optional[Dict[str, Any]]:
    """The ``names`` of the first certificate in *path*, and whether it ``lasts`` for *days*; None without one."""
    show = ["openssl", "x509", "-noout", "-ext", "subjectAltName", "-checkend", str(days * DAY_S)]
    said = machine.ask([*show, "-in", machine.path(path)])
    names = sorted(DNS_NAME.findall(said.stdout))
    return {"names": names, "lasts": said.ok} if names else None
