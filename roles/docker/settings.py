"""The variables of containers: ``docker_NAME`` in the inventory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

Image = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/:@-]*\Z")]
SourcePath = Annotated[str, Meta(pattern=r"^(([A-Za-z0-9_][A-Za-z0-9._-]*/)*[A-Za-z0-9_][A-Za-z0-9._-]*)?\Z")]
Network = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*\Z")]
Memory = Annotated[str, Meta(pattern=r"^[0-9]+[bkmgBKMG]?\Z")]
Package = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9+.-]*[a-z0-9+.]\Z")]
Volume = Annotated[str, Meta(pattern=r"^[A-Za-z0-9/][A-Za-z0-9._/-]*:/[A-Za-z0-9._/-]+(:ro)?\Z")]
Option = Annotated[str, Meta(pattern=r"^--[a-z][a-z0-9-]*(=[^\0\n]*)?\Z")]


@dataclass(frozen=True)
class Vars:
    """``docker_NAME`` in the inventory; see README.md."""

    base_image: Image | None = None
    build: Literal["host", "controller"] = "host"
    dockerfile: SourcePath = "Dockerfile"
    port: Annotated[int, Meta(ge=1, le=65535)] | None = None
    packages: tuple[Package, ...] = ()
    build_packages: tuple[Package, ...] = ()
    network: Network = "bridge"
    volumes: tuple[Volume, ...] = ()
    read_only: bool = True
    memory: Memory | None = None
    cpus: Annotated[float, Meta(gt=0, le=1024)] | None = None
    pids: Annotated[int, Meta(ge=1)] | None = None
    options: tuple[Option, ...] = ()
