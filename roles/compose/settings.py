"""The variables of Compose: ``compose_NAME`` in the inventory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Any

from msgspec import Meta

from deploytasks.agent.frozen import frozen
from deploytasks.roles.docker.settings import SourcePath

ServiceName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\Z", examples=["web"])]


@frozen
class Vars:
    """``compose_NAME`` in the inventory; see README.md."""

    file: SourcePath | None = None
    web: ServiceName = "web"
    services: Mapping[ServiceName, Mapping[str, Any]] = field(default_factory=dict)
    timeout_s: Annotated[float, Meta(ge=1, le=3600)] = 120
