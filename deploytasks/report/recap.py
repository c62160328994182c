"""How a run ended, as frozen values; the last line of ``--json``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deploytasks.agent.engine.events import Ended, Outcome
from deploytasks.agent.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping


@frozen
class HostRecap:
    """How the run ended on one host.

    *release* serves now, *previous* served before it. *step*, *error* and *output* say what failed.
    *put_back* is False when not all is as it was before a failed run; *switched* tells that *release* is of this run.
    *status* is the exit status of a command that was run there; *stays* names what a failed run cannot take back.
    """

    outcome: Outcome
    ok: int = 0
    changed: int = 0
    failed: int = 0
    skipped: int = 0
    release: str | None = None
    previous: str | None = None
    error: str | None = None
    elapsed_s: float = 0.0
    sent_bytes: int = 0
    step: str = ""
    output: str = ""
    put_back: bool = True
    switched: bool = False
    status: int | None = None
    stays: tuple[str, ...] = ()

    @classmethod
    def of(cls, ended: Ended, elapsed_s: float, sent_bytes: int) -> HostRecap:
        """What the agent said last, with what only the controller can measure.

        Raises ``ValueError`` for an outcome that does not exist.
        """
        return cls(
            outcome=Outcome(ended.outcome),
            ok=ended.ok,
            changed=ended.changed,
            failed=ended.failed,
            skipped=ended.skipped,
            release=ended.release,
            previous=ended.previous,
            error=ended.error,
            elapsed_s=elapsed_s,
            sent_bytes=sent_bytes,
            step=ended.step,
            output=ended.output,
            put_back=ended.put_back,
            switched=ended.switched,
            status=ended.status,
            stays=tuple(ended.stays),
        )

    @property
    def steps(self) -> int:
        """How many steps were looked at."""
        return self.ok + self.changed + self.failed + self.skipped

    @property
    def went_well(self) -> bool:
        return self.outcome in {Outcome.OK, Outcome.CHANGED, Outcome.SKIPPED}

    def to_json(self) -> dict[str, Any]:
        return {
            "outcome": self.outcome.value,
            "ok": self.ok,
            "changed": self.changed,
            "failed": self.failed,
            "skipped": self.skipped,
            "release": self.release,
            "previous": self.previous,
            "error": self.error,
            "elapsed_s": round(self.elapsed_s, 3),
            "sent_bytes": self.sent_bytes,
            **({"stays": list(self.stays)} if self.stays else {}),
        }


@frozen
class Recap:
    """How the run of *command* ended on all hosts; *exit_code* as the process will return it.

    *error* is what kept it from beginning.
    """

    command: str
    exit_code: int
    elapsed_s: float
    hosts: Mapping[str, HostRecap]
    error: str | None = None

    @property
    def ok(self) -> bool:
        return self.exit_code == 0

    def to_json(self) -> dict[str, Any]:
        return {
            "event": "recap",
            "command": self.command,
            "ok": self.ok,
            "exit_code": self.exit_code,
            "elapsed_s": round(self.elapsed_s, 3),
            "hosts": {name: host.to_json() for name, host in self.hosts.items()},
            **({"error": self.error} if self.error else {}),
        }
