"""Where an author's own code builds a wheel: as an account without rights, which sees no data and no secret."""

from __future__ import annotations

from typing import List, Mapping, Sequence

LONGEST_S = 1800
RESTRICTIONS = (
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "ProtectProc=invisible",
    "ProtectKernelTunables=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelLogs=yes",
    "ProtectControlGroups=yes",
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    "RestrictSUIDSGID=yes",
    "RestrictNamespaces=yes",
    "RestrictRealtime=yes",
    "LockPersonality=yes",
    "CapabilityBoundingSet=",
    "UMask=0022",
)
"""systemd.exec(5)."""


def in_sandbox(
    argv: Sequence[str],
    environment: Mapping[str, str],
    user: str,
    writes: Sequence[str],
    hides: Sequence[str],
) -> List[str]:
    """The argv of systemd-run(1) that runs *argv* as *user*, who writes to *writes* alone and sees none of *hides*."""
    properties = (
        "User=" + user,
        "Group=" + user,
        "RuntimeMaxSec=%d" % LONGEST_S,
        *RESTRICTIONS,
        *("ReadWritePaths=" + path for path in writes),
        *("InaccessiblePaths=-" + path for path in hides),
    )
    told = [word for setting in properties for word in ("-p", setting)]
    variables = [word for pair in environment.items() for word in ("-E", "%s=%s" % pair)]
    return ["systemd-run", "--quiet", "--collect", "--wait", "--pipe", *told, *variables, "--", *argv]
