"""The container of a target: what systemd needs to boot in it, and ports that stay the same for its life."""

from __future__ import annotations

import hashlib
import random
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError
from docker.models.containers import Container
from docker.types import Mount

from deploytasks.errors import ConfigError

HOST = "127.0.0.1"
NAME_LABEL = "deploytasks.target"
STATE_LABEL = "deploytasks.state"
IMAGE_LABEL = "deploytasks.image"
PUBLISHED = ("22/tcp", "80/tcp", "443/tcp")

# Below the kernel's ip_local_port_range: an outgoing connection never holds the port that a restart needs.
PORTS = range(20_000, 32_000)
ATTEMPTS = 5


def find(client: docker.DockerClient, state: Path, name: str = "") -> list[Container]:
    """The containers of the targets that *state* keeps, running or not; of *name* only, if given."""
    labels = [f"{STATE_LABEL}={state}", f"{NAME_LABEL}={name}" if name else NAME_LABEL]
    return client.containers.list(all=True, filters={"label": labels})


def create_and_start(client: docker.DockerClient, state: Path, name: str, image: str) -> Container:
    """A new container that has begun to boot."""
    ports = free_ports()
    for _ in range(ATTEMPTS):
        container = create(client, state, name, image, ports)
        try:
            container.start()
        except APIError as error:
            container.remove(force=True)
            if "port is already allocated" not in str(error) and "address already in use" not in str(error):
                raise
        else:
            return container
    raise ConfigError(f'target "{name}": others take every free port first\ntry again')


def create(
    client: docker.DockerClient, state: Path, name: str, image: str, ports: Iterator[int]
) -> Container:
    return client.containers.create(
        image,
        name=container_name(state, name),
        hostname=name,
        labels={NAME_LABEL: name, STATE_LABEL: str(state)},
        ports={published: (HOST, next(ports)) for published in PUBLISHED},
        **boot_options(client.info().get("CgroupVersion", "1")),
    )


def boot_options(cgroup_version: str) -> dict[str, Any]:
    """What lets systemd boot to `running` unprivileged, and nginx, ufw, strace and Docker work inside it.

    On cgroup v1 it needs the host's hierarchies. On v2 it has its own subtree in a private namespace,
    which Docker mounts read-only.
    """
    options: dict[str, Any] = {
        "cap_add": ["SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE"],
        "security_opt": ["seccomp=unconfined", "apparmor=unconfined"],
        "tmpfs": {"/run": "mode=755", "/run/lock": "mode=1777"},
        # overlay2 cannot lie on the target's own overlay; Docker inside would copy whole images instead.
        "mounts": [Mount("/var/lib/docker", None, type="volume")],
    }
    if cgroup_version == "1":
        return {**options, "cgroupns": "host", "volumes": ["/sys/fs/cgroup:/sys/fs/cgroup:rw"]}
    remount = "mount -o remount,bind,rw /sys/fs/cgroup && exec /sbin/init"
    return {**options, "cgroupns": "private", "command": ["/bin/sh", "-c", remount]}


def container_name(state: Path, name: str) -> str:
    """Two checkouts may both have a target of this name."""
    return f"deploytasks-{name}-{hashlib.sha256(str(state).encode()).hexdigest()[:6]}"


def free_ports() -> Iterator[int]:
    candidates = list(PORTS)
    random.shuffle(candidates)
    return filter(is_free, candidates)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def host_port(container: Container, published: str) -> int:
    """The port on the controller that leads to *published*, such as `22/tcp`; known also when stopped."""
    return int(container.attrs["HostConfig"]["PortBindings"][published][0]["HostPort"])
