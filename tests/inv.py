"""``inv`` as a person types it, without the fifth of a second of its imports: forked where they are done."""

from __future__ import annotations

import os
import pkgutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path

import deploytasks

INV = Path(sys.executable).with_name("inv")
TIMEOUT_S = 300
AGENT = "deploytasks.agent."
FORKS = get_context("forkserver" if "forkserver" in get_all_start_methods() else "spawn")
FORKS.set_forkserver_preload(
    [
        "invoke.main",
        *(
            module.name
            for module in pkgutil.walk_packages(deploytasks.__path__, "deploytasks.")
            if not module.name.startswith(AGENT) and not module.name.endswith("__main__")
        ),
    ]
)
Ended = subprocess.CompletedProcess[str]


def inv(*words: str, cwd: Path, env: Mapping[str, str] = os.environ, timeout_s: float = TIMEOUT_S) -> Ended:
    """What ``inv WORDS``, typed in *cwd*, says and ends with; it is killed after *timeout_s*.

    Where *env* has something for Python itself, it is a new Python.
    """
    argv = [str(INV), *words]
    if "PYTHONPATH" in env:
        return new(argv, cwd, env, timeout_s)
    with tempfile.TemporaryDirectory() as directory:
        stdout, stderr = Path(directory, "stdout"), Path(directory, "stderr")
        process = FORKS.Process(target=run, args=(argv, str(cwd), dict(env), str(stdout), str(stderr)))
        process.start()
        process.join(timeout_s)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(argv, timeout_s, stdout.read_bytes(), stderr.read_bytes())
        code = process.exitcode
        process.close()
        return Ended(argv, code, stdout.read_text(), stderr.read_text())


def new(argv: list[str], cwd: Path, env: Mapping[str, str], timeout_s: float) -> Ended:
    return subprocess.run(
        argv,
        cwd=cwd,
        env=dict(env),
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=timeout_s,
        check=False,
    )


def run(argv: list[str], cwd: str, env: dict[str, str], stdout: str, stderr: str) -> None:
    """Be that ``inv``: its directory, environment and streams, then the program's own entry."""
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    for stream, place in enumerate((stdout, stderr), start=1):
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT, 0o600)
        os.dup2(descriptor, stream)
        os.close(descriptor)
    sys.argv = argv

    from invoke.main import program

    program.run()
