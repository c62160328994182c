"""What every room's tests share: signals as a shell's foreground has them, and the real Pythons of the agent."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest

from tests.budgets import Ledger, in_order

with suppress(ImportError):  # On a host the agent's tests have Debian's own packages.
    from hypothesis import settings

    settings.register_profile(
        "unhurried", deadline=None
    )  # How long an example takes is the machine's business.
    settings.load_profile("unhurried")

OF_SERVICES = (
    "GITHUB_ACTIONS",
    "GITHUB_STEP_SUMMARY",
    "GITLAB_CI",
    "TF_BUILD",
    "TEAMCITY_VERSION",
    "FORCE_COLOR",
)
"""Where a service runs the tests, what they start would speak to it."""
AGENT_FLOOR = 8
NEWEST = 14


def pytest_configure(config: pytest.Config) -> None:
    """A shell's background job ignores SIGINT, one of nohup(1) SIGHUP, and so would every program of a test.

    A handler goes when a program is started (execve(2)), and it does not know that there was one.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for hung_up in (number for number in signal.Signals if number.name == "SIGHUP"):  # Windows has none.
        if signal.getsignal(hung_up) is signal.SIG_IGN:
            signal.signal(hung_up, lambda *_: None)
    for name in OF_SERVICES:
        os.environ.pop(name, None)
    config.pluginmanager.register(Ledger())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = in_order(items)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for `agent_python` runs on this Python, and on the oldest and the newest found here.

    Where pyenv and PATH have no old one, tests/e2e runs the agent's tests on the Pythons of Debian 11 and 13.
    """
    if "agent_python" in metafunc.fixturenames:
        pythons = agent_pythons()
        metafunc.parametrize("agent_python", pythons.values(), ids=pythons.keys())


@cache
def agent_pythons() -> dict[str, Path]:
    """Name, such as `python3.8`, to interpreter."""
    minors = range(AGENT_FLOOR, NEWEST + 1)
    found = [python for minor in minors if (python := interpreter(minor))]
    ends = {path.name: path for path in (found[:1] + found[-1:])}
    return {**ends, f"python3.{sys.version_info.minor}": Path(sys.executable)}


def interpreter(minor: int) -> Path | None:
    """Python 3.*minor* of PATH or pyenv; a shim of pyenv may lead to nothing, so it is asked."""
    name = f"python3.{minor}"
    in_path = [Path(path)] if (path := shutil.which(name)) else []
    in_pyenv = sorted(Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/{name}"))
    return next((candidate for candidate in in_path + in_pyenv if runs(candidate)), None)


def runs(python: Path) -> bool:
    return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0
