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
    """What runs *argv* as *user*, who writes to *writes* alone and sees none of *hides*."""
    from deploytasks.agent.services.transient import transient

    properties = (
        "User=" + user,
        "Group=" + user,
        "RuntimeMaxSec=%d" % LONGEST_S,
        *RESTRICTIONS,
        *("ReadWritePaths=" + path for path in writes),
        *("InaccessiblePaths=-" + path for path in hides),
    )
    return [*transient(("--wait", "--pipe"), properties, environment), *argv]
