"""A runtime without anything that runs: its units are entries of a dictionary, what they say is a list."""

from __future__ import annotations

import subprocess
import time
from contextlib import contextmanager
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Dict, FrozenSet, Generator, Iterable, Iterator, List, Optional, Sequence, Set

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.errors import StepError
from deploytasks.agent.release.layout import App, Release
from deploytasks.agent.release.runtime.runtime import SETTLED_S, Due, LogEntry, UnitState

FIRST = 5_000_000
"""No process has such a number (proc(5), pid_max)."""
WORKERS = 2


class MemoryRuntime:
    """``Runtime`` of *machine*, whose files alone it stands on.

    Units that are *broken* do not start; *connected* says how many are connected to a socket.
    """

    def __init__(self, machine: Machine) -> None:
        self.broken: Set[str] = set()
        self.connected: Dict[str, int] = {}
        self._machine = machine
        self._units: Dict[str, UnitState] = {}
        self._at_boot: Set[str] = set()
        self._workers: Dict[str, int] = {}
        self._said: List[LogEntry] = []
        self._numbers = iter(range(FIRST, 2 * FIRST))

    def say(self, unit: str, text: str) -> None:
        """*unit* says *text*."""
        self._said.append(LogEntry("%.6f" % time.time(), unit, text, str(len(self._said))))

    def look_at(self, names: Iterable[str]) -> None:
        """Whatever is looked at is as it is."""
        del names

    def look_anew(self) -> None:
        """Nothing was remembered."""

    def is_up(self, name: str) -> bool:
        """As its state says."""
        return self.state(name).runs

    def let_leave(self, names: Sequence[str]) -> bool:
        """What is told to end has ended."""
        del names
        return False

    def state(self, unit: str) -> UnitState:
        """The entry of the unit."""
        return self._units.get(unit, UnitState(unit, "inactive", defined=not unit.endswith(".socket")))

    def states(self, *patterns: str) -> Dict[str, str]:
        """The entries of units that have been started."""
        found = {
            name: state.word
            for name, state in self._units.items()
            if any(fnmatchcase(name, pattern) for pattern in patterns)
        }
        return {name: word for name, word in found.items() if word != "inactive"}

    def staying(self, patterns: Sequence[str], besides: Sequence[str] = ()) -> List[str]:
        """All that are up: what is told to end has ended."""
        return [
            name for name, word in self.states(*patterns).items() if word == "active" and name not in besides
        ]

    def at_boot(self) -> Set[str]:
        """A set of names."""
        return set(self._at_boot)

    def defined(self) -> List[str]:
        """The entries that there are."""
        return sorted(self._units)

    def due(self, timer: str) -> Due:
        """Yesterday and tomorrow."""
        del timer
        return Due("2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z")

    def workers(self, state: UnitState) -> FrozenSet[str]:
        """Numbers after that of the unit."""
        return frozenset("%d.%d" % (state.pid, number) for number in range(self._workers.get(state.unit, 0)))

    def vigil(self, unit: str, *, has_workers: bool = True) -> Steady:
        """Compares the numbers of the unit's processes."""
        del has_workers
        return Steady(self, unit)

    def last_words(self, unit: str, *, crashed: bool = False) -> str:
        """The last lines that it has said."""
        del crashed
        return "\n".join(entry.text for entry in self._said if entry.unit == unit)

    def log(self, app: App) -> Said:
        """The list of what was said."""
        del app
        return Said(self._machine, self._said)

    def start(self, names: Sequence[str], timeout_s: float = SETTLED_S) -> None:
        """Entries become active, each with another number."""
        del timeout_s
        for name in names:
            if name in self.broken:
                self.stop([name])
                raise StepError("%s did not start: it is broken" % name, self.last_words(name))
            self._begin(name)

    def let_start(self, names: Sequence[str]) -> None:
        """Those that are broken stay failed."""
        for name in names:
            if name in self.broken:
                self._units[name] = UnitState(name, "failed", defined=True)
            else:
                self._begin(name)

    def stop(self, names: Sequence[str], within_s: Optional[float] = None) -> None:
        """Entries become inactive."""
        del within_s
        for name in names:
            self._units[name] = UnitState(name, "inactive", defined=True)
            self._workers.pop(name, None)

    def restart(self, names: Sequence[str]) -> None:
        """Entries get another number."""
        self.let_start(names)
        down = [name for name in names if not self.is_up(name)]
        if down:
            raise StepError("%s did not start anew" % ", ".join(down), "\n".join(map(self.last_words, down)))

    def retire(self, release: Release) -> None:
        """Its entries become inactive, and its names leave the set."""
        self._at_boot -= set(release.units)
        self.stop(release.units)

    def drain(self, socket: str, timeout_s: float) -> int:
        """As many as the test says."""
        del timeout_s
        return self.connected.get(socket, 0)

    def scale(self, unit: str, number: int, known: int) -> int:
        """The entry has that number of workers."""
        del known
        self._workers[unit] = number
        return 0

    def start_at_boot(self, names: Sequence[str], *, enabled: bool = True) -> None:
        """Names are added to a set, or taken away."""
        self._at_boot = self._at_boot | set(names) if enabled else self._at_boot - set(names)

    def undefine(self, names: Sequence[str]) -> None:
        """Entries are deleted."""
        for name in names:
            self._units.pop(name, None)

    @contextmanager
    def execute(
        self, release: Release, command: str, stdin: int, stdout: int, stderr: int
    ) -> Iterator[subprocess.Popen[bytes]]:
        """A shell here and now."""
        del release
        argv = ["/bin/sh", "-c", command]
        with subprocess.Popen(argv, stdin=stdin, stdout=stdout, stderr=stderr) as child:
            try:
                yield child
            finally:
                if child.poll() is None:
                    child.terminate()

    def _begin(self, name: str) -> None:
        has_process = name.endswith(".service")
        pid = next(self._numbers) if has_process else 0
        self._units[name] = UnitState(name, "active", defined=True, pid=pid, since_s=time.monotonic())
        if "@" in name and "." not in name.partition("@")[0] and has_process:
            self._workers[name] = WORKERS


class Steady:
    """``Vigil`` over an entry."""

    def __init__(self, runtime: MemoryRuntime, unit: str) -> None:
        self._runtime = runtime
        self._unit = unit
        self._known = runtime.state(unit)

    def begin(self) -> None:
        self._known = self._runtime.state(self._unit)

    def look(self) -> None:
        now = self._runtime.state(self._unit)
        if replace(now, since_s=0) != replace(self._known, since_s=0):
            raise StepError("%s is another" % self._unit, self._runtime.last_words(self._unit))


class Said:
    """``Log`` of what was said."""

    def __init__(self, machine: Machine, said: List[LogEntry]) -> None:
        self._machine = machine
        self._said = said

    def backwards(self, since: str = "") -> Generator[LogEntry, None, None]:
        del since
        yield from reversed(self._said)

    def follow(self, after: str = "", since: str = "") -> Generator[LogEntry, None, None]:
        del since
        place = int(after or -1) + 1
        while not self._machine.stop.wait(0.01 if place >= len(self._said) else 0):
            for entry in self._said[place:]:
                place += 1
                yield entry
