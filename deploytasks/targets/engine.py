"""The Docker engine that targets run on: yours if one answers, else Debian's own package, started here."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import docker
from docker.errors import DockerException

from deploytasks.errors import ConfigError
from deploytasks.here import cache_directory, locked
from deploytasks.targets.apt import can_install, install
from deploytasks.targets.command import run

Say = Callable[[str], None]

START_DEADLINE_S = 60.0
ANSWER_TIMEOUT_S = 600


def ensure_engine(say: Say) -> docker.DockerClient:
    """A client of an engine that answers; on a fresh Debian or Ubuntu root gets one installed and started.

    Raises `ConfigError` where that is not ours to do.
    """
    with locked(cache_directory() / "engine.lock"):
        client = answering_engine()
        if client is None:
            bring_up(say)
            client = wait_for_engine()
        return client


@contextmanager
def engine_errors() -> Iterator[None]:
    """What the engine refuses is a `ConfigError` in its own words."""
    try:
        yield
    except DockerException as error:
        raise ConfigError(f"Docker: {error}\nmend that, then try again") from error


def answering_engine(timeout_s: int = ANSWER_TIMEOUT_S) -> docker.DockerClient | None:
    """The engine of `$DOCKER_HOST`, else of the current Docker context; None when it does not answer."""
    try:
        client = docker.DockerClient(base_url=engine_address(), timeout=timeout_s)
        client.ping()
    except DockerException:
        return None
    return client


def engine_address() -> str | None:
    """None is the SDK's default socket."""
    context = docker.ContextAPI.get_current_context()
    return os.environ.get("DOCKER_HOST") or (context.Host if context else None)


def bring_up(say: Say) -> None:
    if not can_install() or "DOCKER_HOST" in os.environ:
        raise ConfigError(
            "no Docker engine answers\n"
            "start Docker (and join the group docker if its socket refuses you); "
            "as root on Debian or Ubuntu it is installed for you"
        )
    # docker.io only recommends iptables, and dockerd does not start without it.
    install({"dockerd": "docker.io", "iptables": "iptables"}, say)
    say("starting the Docker engine")
    if Path("/run/systemd/system").is_dir():
        run(["systemctl", "start", "docker"])
    elif answering_engine() is None:
        start_dockerd()


def start_dockerd() -> None:
    """In a session of its own: it outlives this process and its terminal."""
    with engine_log().open("ab") as log:
        subprocess.Popen(
            ["dockerd"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def wait_for_engine() -> docker.DockerClient:
    deadline = time.monotonic() + START_DEADLINE_S
    while time.monotonic() < deadline:
        if client := answering_engine():
            return client
        time.sleep(0.2)
    raise ConfigError(f"the Docker engine did not start in {START_DEADLINE_S:.0f} s\nread {engine_log()}")


def engine_log() -> Path:
    return cache_directory() / "dockerd.log"
