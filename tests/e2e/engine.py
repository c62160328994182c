"""A Docker engine inside a target, and an image with Python in it, on a machine without an image registry."""

from __future__ import annotations

import io
import os
import subprocess
from pathlib import Path, PurePosixPath

import docker

from deploytasks.here import cache_directory, locked
from deploytasks.targets import SUITES, Target, ensure_engine
from deploytasks.targets.base import ensure_base
from tests.e2e.packages import install

DOCKERFILE = """\
FROM {base} AS whole
RUN apt-get update && apt-get install -y --no-install-recommends {packages} && mkdir --parents /data \\
    && rm -rf /var/cache/apt/* /var/lib/apt/lists/* /usr/share/doc /usr/share/locale /usr/share/man
FROM scratch
COPY --from=whole / /
"""
"""One layer, of what is read: such an image is saved, sent and loaded many times."""
SERVES_REDIS = (
    'CMD ["redis-server", "--bind", "0.0.0.0", "--protected-mode", "no", "--dir", "/data", '
    '"--appendonly", "yes"]'
)
PYTHON = "deploytasks-python:debian12-small"
"""Debian's Python with venv and pip: what the official ``python:…-slim`` images are elsewhere."""
REDIS = "deploytasks-redis:debian12-small"
"""Debian's Redis, which answers everybody in its network, and keeps what it has in /data."""
INSIDE = {PYTHON: ("python3-venv", ""), REDIS: ("redis-server", SERVES_REDIS)}
"""The packages of an image, and how its Dockerfile ends."""
ENGINE = ("docker.io", "iptables")
CLIENT_APART = {"debian13": ("docker-cli", "docker-buildx")}
SETTINGS = PurePosixPath("/etc/systemd/system/docker.service.d/target.conf")
NO_SYSCTL = b"[Service]\nEnvironment=DOCKER_ALLOW_IPV6_ON_IPV4_INTERFACE=1\n"
"""The kernel's settings are read-only in a target, where later engines want to turn IPv6 off for each container."""
SAVED = "/var/tmp/image"


def bring_engine(target: Target) -> None:
    """*target* has Debian's engine, as its administrator would install it."""
    if target.run(["docker", "version"], check=False).returncode == 0:
        return
    target.run(["mkdir", "-p", str(SETTINGS.parent)])
    target.put(SETTINGS, NO_SYSCTL)
    packages = (*ENGINE, *CLIENT_APART.get(target.image, ()))
    install(target, *packages)


def client_with_buildkit() -> str:
    """The first docker(1) on the PATH that can build with BuildKit; Debian's package of the engine has one."""
    places = [Path(directory, "docker") for directory in os.environ["PATH"].split(":")]
    return next(str(place) for place in places if place.is_file() and _has_buildkit(place))


def _has_buildkit(client: Path) -> bool:
    told = subprocess.run(
        [client, "build", "--help"],
        env={**os.environ, "DOCKER_BUILDKIT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return "--secret" in told.stdout


def bring_python(target: Target) -> str:
    """The engine of *target* holds an image with Python, whose name is returned."""
    return bring_image(target, PYTHON)


def bring_image(target: Target, name: str) -> str:
    """The engine of *target* holds the image *name*, one of ``INSIDE``; the name is returned."""
    client = ensure_engine(print)
    build_image(client, name)
    if target.run(["docker", "image", "inspect", name], check=False).returncode:
        target.run(["mkdir", "-p", SAVED])
        target.container.put_archive(SAVED, client.images.get(name).save(named=True))
        target.run(["sh", "-c", f"tar -c -C {SAVED} . | docker load && rm -r {SAVED}"])
    return name


def build_image(client: docker.DockerClient, name: str) -> None:
    """This machine's engine has the image; it is built once."""
    with locked(cache_directory() / f"{name.partition(':')[0]}.lock"):
        if not client.images.list(name):
            base = ensure_base(client, "debian12", SUITES["debian12"], print)
            packages, end = INSIDE[name]
            dockerfile = DOCKERFILE.format(base=base, packages=packages) + end
            client.images.build(fileobj=io.BytesIO(dockerfile.encode()), tag=name, rm=True)
