"""Where a Docker engine comes from on this kind of machine."""

from __future__ import annotations

import platform

WHERE_FROM = {
    "Linux": "start Docker (and join the group docker if its socket refuses you), or install it: on Debian and Ubuntu "
    "apt install docker.io, which root gets installed here",
    "Darwin": "start Docker Desktop, OrbStack, Rancher Desktop or colima; none is here: brew install colima docker && "
    "colima start",
    "Windows": "start Docker Desktop; it is not here: winget install Docker.DockerDesktop",
}


def where_an_engine_comes_from() -> str:
    """What somebody without one does, as a sentence."""
    return WHERE_FROM.get(platform.system(), WHERE_FROM["Linux"])
