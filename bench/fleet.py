"""Targets that a peer deploys to; each peer has its own."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import docker

from bench import wire
from bench.host import Host
from bench.places import STATE
from deploytasks.here import locked
from deploytasks.targets import Target, down, names
from deploytasks.targets.container import create_and_start
from deploytasks.targets.lifecycle import introduce, target_in

AT_ONCE = 4
INSTANCES = Path("/proc/sys/fs/inotify/max_user_instances")
INSTANCES_PER_TARGET = 16


def up(client: docker.DockerClient, stem: str, count: int, image: str) -> tuple[Host, ...]:
    """*count* new targets of *image*, which count what arrives."""
    make_room(len(names(state=STATE)) + count)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        targets = pool.map(lambda number: start(client, f"{stem}-{number}", image), range(1, count + 1))
        hosts = tuple(map(Host.of, targets))
    for host in hosts:
        wire.set_up(host)
    return hosts


def start(client: docker.DockerClient, name: str, image: str) -> Target:
    """A target of any image, up."""
    with locked(STATE / "lock"):
        target = target_in(create_and_start(client, STATE, name, image), STATE)
    target.wait_until_up()
    with locked(STATE / "lock"):
        introduce(target)
    return target


def take_down(gone: Iterable[str]) -> None:
    for name in gone:
        down(name, state=STATE)


def take_all_down() -> None:
    """Also what an earlier run has left."""
    take_down(names(state=STATE))


def make_room(targets: int) -> None:
    """Each systemd watches files; the kernel's limit is one for all containers (inotify(7))."""
    wanted = targets * INSTANCES_PER_TARGET
    if int(INSTANCES.read_text()) < wanted:
        print(f"setting fs.inotify.max_user_instances to {wanted}")
        INSTANCES.write_text(str(wanted))
