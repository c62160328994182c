"""The Docker engine that targets run on: yours if one answers, else Debian's own package, started here."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import docker
from docker.errors import DockerException

from deploytasks.errors import ConfigError
from deploytasks.here import cache_directory, locked
from deploytasks.here.engine import where_an_engine_comes_from
from deploytasks.targets.apt import can_install, install
from deploytasks.targets.command import run

Say = Callable[[str], None]

USUAL_CONTEXT = "default"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
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
    """The engine of `$DOCKER_HOST`, else of the current Docker context; None when it does not answer.

    Raises `ConfigError` for one on another machine, at which no target could be reached.
    """
    address = engine_address()
    refuse_elsewhere(address)
    try:
        client = docker.DockerClient(base_url=address, tls=_tls(), timeout=timeout_s)
        client.ping()
    except DockerException:
        return None
    return client


def engine_address() -> str | None:
    """None is the SDK's default socket."""
    context = docker.ContextAPI.get_current_context()
    return os.environ.get("DOCKER_HOST") or (context.Host if context else None)


def _tls() -> docker.TLSConfig | bool:
    """What the current context has for an engine that speaks TLS."""
    context = None if os.environ.get("DOCKER_HOST") else docker.ContextAPI.get_current_context()
    return (context.TLSConfig if context else None) or False


def refuse_elsewhere(address: str | None) -> None:
    """Raise `ConfigError` for an engine whose containers publish their ports on another machine."""
    parts = urlsplit(address or "")
    if parts.scheme == "ssh" or (parts.scheme == "tcp" and parts.hostname not in LOOPBACK):
        raise ConfigError(
            f"the Docker engine is on another machine ({address}), and targets are reached at 127.0.0.1\n"
            "choose one here: docker context use NAME, and no DOCKER_HOST"
        )


def bring_up(say: Say) -> None:
    if not can_install() or is_chosen():
        raise ConfigError(
            f"no Docker engine answers at {engine_address() or 'its usual place'}\n{how_to_get_one()}"
        )
    # docker.io only recommends iptables, and dockerd does not start without it.
    install({"dockerd": "docker.io", "iptables": "iptables"}, say)
    say("starting the Docker engine")
    if Path("/run/systemd/system").is_dir():
        run(["systemctl", "start", "docker"])
    elif answering_engine() is None:
        start_dockerd()


def is_chosen() -> bool:
    """Whether somebody has said which engine is meant: another one is no substitute."""
    context = docker.ContextAPI.get_current_context()
    return "DOCKER_HOST" in os.environ or (context is not None and context.Name != USUAL_CONTEXT)


def how_to_get_one() -> str:
    """The next step on this kind of machine."""
    if is_chosen():
        return "start it, or choose another one: docker context use NAME, and no DOCKER_HOST"
    return where_an_engine_comes_from()


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
