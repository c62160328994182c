"""This machine and who sits at it: a directory for what is kept, home directories, and the name that hosts are told."""

from __future__ import annotations

import atexit
import getpass
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def cache_directory() -> Path:
    """Where this system keeps what can be made anew, such as ``$XDG_CACHE_HOME/deploytasks``; made if need be.

    Where that cannot be, it is one for this process alone, and people are told so, once.
    """
    path = _usual_cache()
    if not path.is_absolute():
        return _passing(NO_HOME)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return _passing(f"{path}: {error.strerror}: {NOT_KEPT}; XDG_CACHE_HOME names another place")
    return path if os.access(path, os.W_OK | os.X_OK) else _passing(f"{path}: not writable: {NOT_KEPT}")


def is_lasting(cache: Path) -> bool:
    """Whether *cache* is the directory that the next process finds, too."""
    return cache == _usual_cache()


def _usual_cache() -> Path:
    """The path of the system's own rules; a relative one without a home directory."""
    from platformdirs import user_cache_path

    try:
        return user_cache_path("deploytasks", appauthor=False)
    except RuntimeError:
        return Path()


def tell_homeless() -> None:
    """Who has no home directory hears once what that means."""
    if not expanded("~").is_absolute():
        _tell_once(NO_HOME)


NOT_KEPT = "nothing is kept for the next time"
NO_HOME = f"there is no home directory here (HOME): {NOT_KEPT}, and nothing of ~/.ssh is read"
TURNS = threading.Lock()


def _passing(why: str) -> Path:
    _tell_once(why)
    with TURNS:
        return _of_this_process()


@cache
def _of_this_process() -> Path:
    path = Path(tempfile.mkdtemp(prefix="deploytasks-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def _tell_once(text: str) -> None:
    with TURNS:
        _tell(text)


@cache
def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")


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


def aside(ask: Callable[[], T]) -> Callable[[], T]:
    """Begin *ask*, which waits for another program, in a thread; what is returned has its answer, or its error."""
    from concurrent.futures import ThreadPoolExecutor

    thread = ThreadPoolExecutor(1)
    answer = thread.submit(ask)
    thread.shutdown(wait=False)
    return answer.result


def environment() -> dict[str, str]:
    """For programs that are started here, builds of strangers among them: without the key and passwords given to us."""
    return {name: value for name, value in os.environ.items() if not _is_ours_alone(name)}


def _is_ours_alone(name: str) -> bool:
    return name.startswith("DEPLOYTASKS_") and ("KEY" in name or "PASS" in name)


FROM_CI = ("GITHUB_ACTOR", "GITLAB_USER_NAME", "CIRCLE_USERNAME", "DRONE_BUILD_TRIGGER")


def performer() -> str:
    """The name that a CI service or git knows, else the login; with the controller's host name."""
    name = (
        next((os.environ[key] for key in FROM_CI if os.environ.get(key)), "")
        or _git_name()
        or who_sits_here()
    )
    return f"{name}@{socket.gethostname()}"


def _git_name() -> str:
    try:
        done = subprocess.run(
            ["git", "config", "user.name"], capture_output=True, text=True, check=False, timeout=5
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


def who_sits_here() -> str:
    """The login, or the number of a user who has none, as containers of pipelines start programs.

    Such a user is called by the number from now on: libraries ask getpass, which would raise.
    """
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):
        number = getattr(os, "getuid", None)
        os.environ["LOGNAME"] = str(number()) if number else "somebody"
        return os.environ["LOGNAME"]
