"""This machine and who sits at it: a directory for what is kept, home directories, and the name that hosts are told."""

from __future__ import annotations

import getpass
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def cache_directory() -> Path:
    """Where this system keeps what can be made anew, such as ``$XDG_CACHE_HOME/deploytasks``; made if need be."""
    from platformdirs import user_cache_path

    path = user_cache_path("deploytasks", appauthor=False)
    path.mkdir(parents=True, exist_ok=True)
    return path


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Only one process at a time is inside for the same *path*; the kernel frees it when a process ends."""
    from filelock import FileLock

    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path):
        yield


def expanded(path: str | Path) -> Path:
    """*path* with the home that a leading ``~`` or ``~user`` stands for, as a shell has it.

    The ``~user`` of somebody unknown stays, so whoever opens the file tells that it is not there
    (os.path.expanduser; the one of pathlib raises ``RuntimeError``).
    """
    return Path(os.path.expanduser(path))  # noqa: PTH111


FROM_CI = ("GITHUB_ACTOR", "GITLAB_USER_NAME", "CIRCLE_USERNAME", "DRONE_BUILD_TRIGGER")


def performer() -> str:
    """The name that a CI service or git knows, else the login; with the controller's host name."""
    name = next((os.environ[key] for key in FROM_CI if os.environ.get(key)), "") or _git_name() or _login()
    return f"{name}@{socket.gethostname()}"


def _git_name() -> str:
    try:
        done = subprocess.run(
            ["git", "config", "user.name"], capture_output=True, text=True, check=False, timeout=5
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


def _login() -> str:
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):
        number = getattr(os, "getuid", None)
        return str(number()) if number else "somebody"
