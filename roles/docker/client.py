"""The variables that Docker's client, and the shell that starts it, heed themselves."""

from __future__ import annotations

from collections.abc import Iterable

OWN = frozenset({"PATH", "IFS", "LD_AUDIT", "LD_LIBRARY_PATH", "LD_PRELOAD"})
OWN_BEGINNINGS = ("DOCKER_", "BUILDX_")


def require_not_the_clients(names: Iterable[str]) -> None:
    """Raise ``ValueError`` when one of *names*, which the client is to hand on, would change the client."""
    for name in sorted(names):
        if name in OWN or name.startswith(OWN_BEGINNINGS):
            raise ValueError(
                f"{name} cannot be handed on by Docker's client, which heeds it itself; set it in the image"
            )
