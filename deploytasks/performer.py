"""Who deploys: the name that lock and history tell."""

from __future__ import annotations

import getpass
import os
import socket
import subprocess

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
    except (OSError, KeyError):
        return str(os.getuid())
