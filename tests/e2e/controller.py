"""A person's own directory: an app, an inventory that leads to targets, and ``inv`` as that person types it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploytasks.targets import Target
from tests.e2e.converged import up_converged
from tests.inv import INV, inv

ROOT = Path(__file__).parents[2]
HELLO = ROOT / "examples/hello"
USUAL = {
    "app_name": "shop",
    "app_source": "app",
    "app_watch_s": 0,
    "app_health_path": "/healthz",
    "gunicorn_workers": 2,
    "gunicorn_worker_class": "gthread",
    "gunicorn_threads": 32,
}
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.03, 0.5
"""Between two looks: what comes soon is seen soon, and who waits long takes no time from others."""
TASKS = '"""The tasks of deploytasks."""\n\nfrom deploytasks.tasks import ns  # noqa: F401\n'


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    stdout: str
    stderr: str

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stdout.splitlines()]

    @property
    def recap(self) -> dict[str, Any]:
        return self.events[-1]


@dataclass(frozen=True)
class Controller:
    """*directory* with ``tasks.py``, ``inventory.ini`` and the app's source in ``app``."""

    directory: Path
    targets: tuple[Target, ...]

    @classmethod
    def in_directory(cls, directory: Path, targets: tuple[Target, ...], **variables: Any) -> Controller:
        """A controller of a copy of examples/hello, with *variables* over the usual ones."""
        directory.mkdir(parents=True, exist_ok=True)
        shutil.copytree(HELLO, directory / "app")
        (directory / "tasks.py").write_text(TASKS)
        lines = [f"{name}={value}" for name, value in {**USUAL, **variables}.items()]
        entries = [target.entry for target in targets]
        inventory = ["[web]", *entries, "", "[all:vars]", *lines, ""]
        (directory / "inventory.ini").write_text("\n".join(inventory))
        return cls(directory, targets)

    @property
    def app(self) -> Path:
        return self.directory / "app" / "app.py"

    def inv(self, *words: str, code: int | None = 0) -> Ended:
        """Run ``inv`` here; its exit code must be *code*, unless that is None."""
        done = inv(*words, cwd=self.directory, env=environment())
        ended = Ended(done.returncode, done.stdout, done.stderr)
        assert code in (None, ended.code), (
            f"inv {' '.join(words)}: exit {ended.code}\n{ended.stdout}{ended.stderr}"
        )
        return ended

    @contextmanager
    def running(
        self, *words: str, stdin: int = subprocess.DEVNULL, **more: Any
    ) -> Iterator[subprocess.Popen[str]]:
        """``inv`` while it runs; it is killed if the test leaves it behind."""
        process = subprocess.Popen(
            [INV, *words],
            cwd=self.directory,
            env=environment(),
            **{"stdin": stdin, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **more},
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate()

    def edit(self, old: str, new: str) -> None:
        """Change the app's code."""
        text = self.app.read_text()
        assert old in text
        self.app.write_text(text.replace(old, new))


def environment() -> dict[str, str]:
    """That of the tests, without what speaks to deploytasks."""
    return {name: value for name, value in os.environ.items() if not name.startswith("DEPLOYTASKS_")}


def two_targets(state: Path) -> tuple[Target, Target]:
    """Two converged targets that the tests beside this file share; the same ones at every call with this *state*."""
    first, second = (up_converged(name, "debian12", state) for name in ("front", "back"))
    return first, second


def wait_for(ready: Callable[[], Any], what: str, timeout_s: float = 30.0) -> Any:
    """What *ready* returns once that is true; *what* is missed when it never is."""
    deadline, pause_s = time.monotonic() + timeout_s, FIRST_PAUSE_S
    while not (found := ready()):
        assert time.monotonic() < deadline, f"not within {timeout_s:g} s: {what}"
        time.sleep(pause_s)
        pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S)
    return found
