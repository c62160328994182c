"""The variables of containers: ``docker_NAME`` in the inventory."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from deploytasks.agent.frozen import frozen

Image = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/:@-]*\Z", examples=["python:3.12-slim-bookworm"])
]
SourcePath = Annotated[
    str,
    Meta(
        pattern=r"^(([A-Za-z0-9_][A-Za-z0-9._-]*/)*[A-Za-z0-9_][A-Za-z0-9._-]*)?\Z",
        examples=["docker/Dockerfile"],
    ),
]
Network = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*\Z", examples=["bridge"])]
Memory = Annotated[str, Meta(pattern=r"^[0-9]+[bkmgBKMG]?\Z", examples=["512m"])]
Package = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9+.-]*[a-z0-9+.]\Z", examples=["libpq5"])]
Volume = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z0-9/][A-Za-z0-9._/-]*:/[A-Za-z0-9._/-]+(:ro)?\Z", examples=["models:/models:ro"]),
]
Option = Annotated[
    str, Meta(pattern=r"^--[a-z][a-z0-9-]*(=[^\0\n]*)?\Z", examples=["--add-host=mail:10.0.0.5"])
]


@frozen
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
