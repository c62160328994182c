"""What runs an app's processes on its host: whom the steps and commands ask.

A *unit* has a name of its own, and runs for long or when it is due. ``layout`` names those of an app, ``process_units``
says whose each is: a release's instance, web, is a service, behind a socket where its runtime keeps one; so is each
number of another process. A process with a schedule is a timer, and the job that it starts.

A runtime looks and acts. It decides nothing: how many of a process there are, who ends before whom, and what is put
back, the steps and commands say. What it has seen holds until something is changed, see ``Units``.

One stands on systemd: a release of Supervisor, of Docker or of Compose runs in its units, too. What differs is what a
unit holds, see ``surroundings``. Another one has to keep what tests/agent/test_runtime_contract.py asks of all of them.
"""

from __future__ import annotations

from typing import (
    TYPE_CHECKING,
    ContextManager,
    Dict,
    FrozenSet,
    Generator,
    List,
    NamedTuple,
    Optional,
    Protocol,
    Sequence,
    Set,
    cast,
)

from deploytasks.agent.engine.units import Units
from deploytasks.agent.frozen import frozen

if TYPE_CHECKING:
    import subprocess

    from deploytasks.agent.engine.machine import Machine
    from deploytasks.agent.release.layout import App, Release

SETTLED_S = 90.0
GONE = ("inactive", "failed", "unknown")
"""The words for what there is nothing of to stop."""


@frozen
class UnitState:
    """How *unit* is, in a *word*: active, activating, deactivating, inactive, failed …; unknown if nobody says.

    Its main process is *pid*, 0 for none. It has been active since *since_s* of the monotonic clock, 0 for never. It
    crashed and was started again *restarts* times; *result* is how it ended. *group* is the runtime's own note of where
    its processes are.
    """

    unit: str
    word: str = "unknown"
    defined: bool = False
    pid: int = 0
    since_s: float = 0.0
    restarts: int = 0
    result: str = "success"
    group: str = ""

    @property
    def runs(self) -> bool:
        return self.word in ("active", "reloading")

    @property
    def is_there(self) -> bool:
        """Whether there is something to stop: it runs, is about to, or waits to be started again."""
        return self.word not in GONE


class Due(NamedTuple):
    """When a timer has started its job *last*, and when it is the *next* time (RFC 3339)."""

    last: Optional[str]
    next: Optional[str]


class LogEntry(NamedTuple):
    """What a process of *unit* said *at* that second of the epoch, or who runs it says of it.

    *place* is where in the log it stands.
    """

    at: str
    unit: str
    text: str
    place: str


class Log(Protocol):
    """What the processes of an app have said."""

    def backwards(self, since: str = "") -> Generator[LogEntry, None, None]:
        """The entries from the newest to the one of that time, to the oldest without one."""

    def follow(self, after: str = "", since: str = "") -> Generator[LogEntry, None, None]:
        """Those that follow the place *after*, or that time, until the controller is gone."""


class Vigil(Protocol):
    """Whether a unit stays what it was."""

    def begin(self) -> None:
        """What runs now has to stay; what was before does not count."""

    def look(self) -> None:
        """Raises ``StepError`` with the app's last words when it has crashed, restarted or lost all its workers."""


class Runtime(Units, Protocol):
    """Looks at an app's units on one machine, and acts upon them.

    Whatever is told to act raises ``StepError`` when it cannot.
    """

    def state(self, unit: str) -> UnitState:
        """Its state, its main process, its restarts."""

    def states(self, *patterns: str) -> Dict[str, str]:
        """The word for each unit whose name fits a pattern (fnmatch(3)), unless it is inactive."""

    def staying(self, patterns: Sequence[str], besides: Sequence[str] = ()) -> List[str]:
        """Those that run, or are about to, and were not told to stop."""

    def at_boot(self) -> Set[str]:
        """The names of what starts at boot."""

    def defined(self) -> List[str]:
        """The names of what is defined here."""

    def due(self, timer: str) -> Due:
        """When it has started its job, and will again."""

    def workers(self, state: UnitState) -> FrozenSet[str]:
        """The processes that serve for the main one, by their numbers."""

    def vigil(self, unit: str, *, has_workers: bool = True) -> Vigil:
        """Watches it from now on; without workers, none can be lost."""

    def last_words(self, unit: str, *, crashed: bool = False) -> str:
        """Why it broke: the traceback of the app, or its last lines.

        One that has *crashed* may have been started again since.
        """

    def log(self, app: App) -> Log:
        """What all processes of *app* said."""

    def start(self, names: Sequence[str], timeout_s: float = SETTLED_S) -> None:
        """All run within that time; one that does not is stopped again, and its words are told."""

    def let_start(self, names: Sequence[str]) -> None:
        """All have been started, whatever becomes of them."""

    def stop(self, names: Sequence[str], within_s: Optional[float] = None) -> None:
        """None runs, or is remembered as failed; what does not end *within_s* seconds is killed."""

    def restart(self, names: Sequence[str]) -> None:
        """Each is another process, all at once; one that does not start is tried on, and its words are told."""

    def retire(self, release: Release) -> None:
        """Its instance starts at boot no longer, and is told to end."""

    def drain(self, socket: str, timeout_s: float) -> int:
        """How many are still connected when nobody is any more, or that time is over."""

    def scale(self, unit: str, number: int, known: int) -> int:
        """It has that many workers in the place of those *known*; returns how many more finish their last requests."""

    def start_at_boot(self, names: Sequence[str], *, enabled: bool = True) -> None:
        """Whether they start at boot."""

    def undefine(self, names: Sequence[str]) -> None:
        """Nothing is called so any more."""

    def execute(
        self, release: Release, command: str, stdin: int, stdout: int, stderr: int
    ) -> ContextManager[subprocess.Popen[bytes]]:
        """A command of the shell, in the app's environment; it ends with the block, or the controller."""


def up(runtime: Runtime, pattern: str) -> List[str]:
    """The units that fit *pattern* and run, are about to, or end just now."""
    return [unit for unit, word in runtime.states(pattern).items() if word not in GONE]


def runtime_of(machine: Machine) -> Runtime:
    """What runs the apps of *machine*: where there are any, its units are a runtime's."""
    return cast("Runtime", machine.units)
