"""What a controller can ask of an agent, besides that it converges."""

from __future__ import annotations

from typing import Any, Dict, Optional, Type

from deploytasks.agent.frozen import frozen
from deploytasks.agent.release.request import Question


@frozen
class Allow(Question):
    """Open *port* of *protocol* to *origin*, or to anybody, for *for_s* seconds; with *close* shut it."""

    changes = True
    port: int
    protocol: str
    origin: str
    for_s: int
    close: bool


class Describe(Question):
    """What the host is like."""


@frozen
class Destroy(Question):
    """Carry out the plan that takes the app away; with *purge* not even the memory of it stays."""

    asked_by_project = True
    purge: bool = False


class Examine(Question):
    """What a deploy will find there."""


@frozen
class Execute(Question):
    """Run *shell_command* as *user*, or as who logged in, for *timeout_s* seconds at most (0: without a limit).

    It *reads* what the controller gives it, or nothing. What it prints is told *verbatim*, its two outputs apart, or
    else as text, a line at a time.
    """

    prints = True
    shell_command: str
    user: str = ""
    timeout_s: float = 0
    reads: bool = False
    verbatim: bool = False


class History(Question):
    """Who did what to the app."""


@frozen
class Inspect(Question):
    """What *resource*, as a plan describes it, is like; *modules* are those of its type that the agent has not."""

    resource: Dict[str, Any]
    modules: Dict[str, str]


@frozen
class Logs(Question):
    """The last *lines* of *process*, or of all, that were written *since* a time and match *grep*.

    With *follow*, those to come, too.
    """

    follow: bool = False
    lines: int = 100
    since: str = ""
    grep: str = ""
    process: str = ""

    @property
    def most_lines(self) -> Optional[int]:
        return None if self.follow else self.lines


class Maintenance(Question):
    """Carry out a plan on the release that serves, if one does."""


class Openings(Question):
    """Which ports are open for a time."""


class Ping(Question):
    """Whether somebody is there."""


@frozen
class Processes(Question):
    """Do *act*, which is start, stop or restart, to *process*, or to all."""

    changes = True
    act: str
    process: str = ""


class Prune(Question):
    """Remove what no rollback needs."""

    changes = True


class Reboot(Question):
    """Start anew."""

    changes = True


class Releases(Question):
    """Which releases are there."""


@frozen
class Rollback(Question):
    """Go back *to* a release, or to the one that served before the current one."""

    changes = True
    asked_by_project = True
    to: str = ""


@frozen
class Run(Question):
    """Run *shell_command* beside the release that serves.

    It *reads* what the controller gives it, or nothing. What it prints is told *verbatim*, its two outputs apart, or
    else as text, a line at a time.
    """

    prints = True
    shell_command: str
    reads: bool = False
    verbatim: bool = False


@frozen
class Scale(Question):
    """Give *process*, or web, that number of *workers*, of which ``default`` is the inventory's.

    Without a number tell the numbers.
    """

    changes = True
    process: str = ""
    workers: str = ""


class Status(Question):
    """What serves, since when, and how it feels."""


class Verify(Question):
    """How the host differs from what its release has recorded."""


@frozen
class Wait(Question):
    """Wait for *timeout_s* seconds at most until all is so that is said.

    Something answers at *port* of *address*; *path* is there, with a line in which *text*, a regular expression, is
    found; *url* is answered with a status below 400. With *gone*, nothing of it is so.
    """

    port: int = 0
    address: str = "127.0.0.1"
    path: str = ""
    text: str = ""
    url: str = ""
    gone: bool = False
    timeout_s: float = 300


QUESTIONS: Dict[str, Type[Question]] = {kind.ask: kind for kind in Question.__subclasses__()}
