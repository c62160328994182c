"""What the agent says while it works, as frozen values; one JSON object each on the wire and with ``--json``."""

from __future__ import annotations

from dataclasses import fields, replace
from enum import Enum
from typing import Any, ClassVar, Dict, Optional, Tuple, Type

from deploytasks.agent.frozen import frozen


class Outcome(str, Enum):
    """How a step ended; a host may also be ``unreachable`` or ``locked``."""

    OK = "ok"
    CHANGED = "changed"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNREACHABLE = "unreachable"
    LOCKED = "locked"


@frozen
class Event:
    """Base of all that the agent says."""

    event: ClassVar[str] = ""

    def to_json(self) -> Dict[str, Any]:
        return {"event": self.event, **{field.name: getattr(self, field.name) for field in fields(self)}}


@frozen
class StepStarted(Event):
    """A step is about to change the host; shown while it lasts."""

    event: ClassVar[str] = "start"
    role: str
    step: str


@frozen
class StepDone(Event):
    """A step ended. *diff* is text for people, empty when nothing differs or it is secret."""

    event: ClassVar[str] = "step"
    role: str
    step: str
    outcome: Outcome
    elapsed_s: float = 0.0
    diff: str = ""
    reason: str = ""
    output: str = ""


@frozen
class Note(Event):
    """A line for people: what is being waited for, what an earlier run left."""

    event: ClassVar[str] = "note"
    text: str


@frozen
class StepUndone(Event):
    """A step of a failed run was taken back; *reason* says why not, when it could not be."""

    event: ClassVar[str] = "undone"
    role: str
    step: str
    reason: str = ""


@frozen
class Hello(Event):
    """The agent's first event: what it found, see ``Facts``."""

    event: ClassVar[str] = "hello"
    facts: Dict[str, Any]


@frozen
class Need(Event):
    """The contents that the plan names and the host lacks, by digest.

    *held* is the digest of the serving release's manifest and *manifest* its bytes (zlib, base64),
    so that the controller knows every content that is held already.
    """

    event: ClassVar[str] = "need"
    digests: Tuple[str, ...]
    held: str = ""
    manifest: str = ""


@frozen
class Compare(Event):
    """The agent wants to tell what a deploy would change; see ``Need`` for *held* and *manifest*."""

    event: ClassVar[str] = "compare"
    held: str = ""
    manifest: str = ""


@frozen
class Ready(Event):
    """All is done that comes *before* a phase, named as in ``Phase``; the agent waits to hear whether to go on."""

    event: ClassVar[str] = "ready"
    before: str


@frozen
class Handed(Event):
    """What other hosts are to be told of this one: *texts* of its files, by their paths. No reporter hears of it."""

    event: ClassVar[str] = "handed"
    texts: Dict[str, str]


@frozen
class Knock(Event):
    """The agent waits to hear whether this host can be reached anew, by a second connection.

    At a *port*, where that is not 0, no more than that somebody listens.
    """

    event: ClassVar[str] = "knock"
    port: int = 0


@frozen
class LogLine(Event):
    """A line of a log. *at* is seconds since the epoch, as a decimal string of microseconds' precision."""

    event: ClassVar[str] = "log"
    at: str
    process: str
    text: str


@frozen
class Printed(Event):
    """A command printed *data*, bytes of any kind: ``O`` to its standard output, ``R`` to its standard error.

    Not an object on the wire but a frame of that *letter*; the controller says when it has been taken.
    """

    event: ClassVar[str] = "printed"
    letter: bytes
    data: bytes


@frozen
class Taken(Event):
    """A piece of what was given to a command has been taken by it."""

    event: ClassVar[str] = "taken"


@frozen
class Answer(Event):
    """The result of a question such as ``status``: one JSON document."""

    event: ClassVar[str] = "answer"
    document: Any


@frozen
class Ended(Event):
    """The last event of every run. *put_back* is False when not all is as it was before a failed run.

    *switched* tells that another release serves now than before. *status* is the exit status of a command that
    was run. *stays* names what a failed run has done and cannot take back.
    """

    event: ClassVar[str] = "end"
    outcome: Outcome
    ok: int = 0
    changed: int = 0
    failed: int = 0
    skipped: int = 0
    release: Optional[str] = None
    previous: Optional[str] = None
    error: Optional[str] = None
    step: str = ""
    output: str = ""
    put_back: bool = True
    switched: bool = False
    elapsed_s: float = 0.0
    status: Optional[int] = None
    stays: Tuple[str, ...] = ()

    def but(self, **changes: Any) -> Ended:
        """The same with *changes*."""
        return replace(self, **changes)


KINDS: Dict[str, Type[Event]] = {
    kind.event: kind
    for kind in (
        Hello,
        Need,
        Compare,
        Ready,
        Handed,
        Knock,
        StepStarted,
        StepDone,
        Note,
        StepUndone,
        LogLine,
        Taken,
        Answer,
        Ended,
    )
}
