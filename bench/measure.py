"""One command as a whole: the wall clock, and the processor time and memory of all its processes."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench.peer import Command

PR_SET_CHILD_SUBREAPER = 36
SAMPLE_S = 0.05
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Usage:
    """What a command took; *memory_mb* is the largest sum of its processes' proportional set sizes (proc(5)).

    It is 0 of one that ended before it was looked at.
    """

    wall_s: float
    cpu_s: float
    memory_mb: float


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it wrote."""

    exit_code: int
    usage: Usage
    output: str


@dataclass
class Memory:
    """The peak of a command's processes, looked at every 50 ms."""

    root: int
    peak: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        """Until it is over."""
        while not self.over.wait(SAMPLE_S):
            self.peak = max(self.peak, sum(map(memory_of, (self.root, *descendants(self.root)))))


def adopt_orphans() -> None:
    """Processes that a command leaves behind become ours (prctl(2)); so they are counted and ended."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def measured(command: Command, log: Path, limit_s: float) -> Ended:
    """Run *command* to its end; what it writes is in *log*.

    Raises `subprocess.TimeoutExpired` after *limit_s*. What it leaves running, such as SSH's control masters, is
    ended and counted: the next run starts as cold as this one.
    """
    before = set(descendants(os.getpid()))
    with log.open("wb") as output, command.stdin.open("rb") as stdin:
        begin = time.perf_counter()
        process = subprocess.Popen(
            command.argv,
            cwd=command.directory,
            env=environment(command),
            stdin=stdin,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        memory = Memory(process.pid)
        watcher = threading.Thread(target=memory.watch)
        watcher.start()
        expired = threading.Timer(limit_s, process.kill)
        expired.start()
        _, status, resources = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    expired.cancel()
    memory.over.set()
    watcher.join()
    orphans_cpu_s = sum(end(pid) for pid in set(descendants(os.getpid())) - before)
    if process.returncode == -signal.SIGKILL and wall_s >= limit_s:
        raise subprocess.TimeoutExpired(command.argv, limit_s)
    cpu_s = resources.ru_utime + resources.ru_stime + orphans_cpu_s
    usage = Usage(wall_s, cpu_s, memory.peak / MEGABYTE)
    return Ended(process.returncode, usage, log.read_text(errors="replace"))


def environment(command: Command) -> dict[str, str]:
    """This one, with a home of its own and no settings of deploytasks, Ansible or pyinfra."""
    own = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DEPLOYTASKS_", "ANSIBLE_", "PYINFRA_"))
    }
    home = command.directory / "home"
    home.mkdir(exist_ok=True)
    return {**own, "HOME": str(home), "LC_ALL": "C.UTF-8", **command.environment}


def descendants(root: int) -> Iterator[int]:
    """All processes that *root* has started, and theirs."""
    for pid in children(root):
        yield pid
        yield from descendants(pid)


def children(pid: int) -> list[int]:
    found: list[int] = []
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (thread / "children").read_text().split())
    return found


def memory_of(pid: int) -> int:
    """Its proportional set size in bytes; what it shares with others counts in parts."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def end(pid: int) -> float:
    """End an orphan; the processor time that it had taken."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    try:
        _, _, resources = os.wait4(pid, 0)
    except ChildProcessError:  # its parent was another orphan, which has waited for it
        return 0.0
    return resources.ru_utime + resources.ru_stime
