"""git(1), asked about a directory of this machine."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from deploytasks.here import environment

LONGEST_S = 60


def git(directory: Path, *words: str) -> bytes | None:
    """What ``git WORDS`` says about *directory*; None where there is no git.

    Raises ``subprocess.CalledProcessError``, and ``subprocess.TimeoutExpired`` after a minute.
    """
    argv = ["git", "--no-optional-locks", *_trusting(directory), *words]
    try:
        done = subprocess.run(
            argv, cwd=directory, env=git_environment(), capture_output=True, check=True, timeout=LONGEST_S
        )
    except FileNotFoundError:
        return None
    return done.stdout


def git_text(directory: Path, *words: str) -> str:
    """As `git`, in one piece of text; empty also where git has nothing to say."""
    try:
        return os.fsdecode(git(directory, *words) or b"").strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def git_environment() -> dict[str, str]:
    """A hook of git's sets GIT_DIR and GIT_INDEX_FILE, which would lead to another work tree."""
    return {name: value for name, value in environment().items() if not name.startswith("GIT_")}


def top_of(directory: Path) -> Path | None:
    """The work tree of git's that *directory* is in."""
    place = directory.resolve()
    return next((above for above in (place, *place.parents) if (above / ".git").exists()), None)


def _trusting(directory: Path) -> Sequence[str]:
    """For a work tree of somebody else, as containers of pipelines mount it: git refuses those (safe.directory).

    It is trusted when it belongs to whom the source belongs to, but no program that its configuration names is run.
    """
    top = top_of(directory)
    if top is None or top.stat().st_uid != directory.stat().st_uid:
        return ()
    number = getattr(os, "getuid", None)
    if number is None or top.stat().st_uid == number():
        return ()
    return ("-c", f"safe.directory={top}", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
