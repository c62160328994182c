"""The journal of one run on the host: what was about to be done, and what was there before.

It is the truth about a run whatever becomes of the connection. Each record is on the disk
before the act that it announces. A journal without an ``end`` belongs to a run that was cut
short: with a ``commit`` its release stands, without one it is undone by the next run.

The ``before`` of a change can hold contents of files, so the journal is for root only, and
``end`` reduces it to what ``status`` tells.
"""

from __future__ import annotations

import json
import os
import signal
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

from deploytasks.agent.disk.directory_handle import reading
from deploytasks.agent.disk.entry import append, make_directories, write_file
from deploytasks.agent.engine.format import FORMAT
from deploytasks.agent.engine.plan import Handler, Step, handler_from_json, handler_to_json
from deploytasks.agent.engine.resource import Resource, State, describe, rebuild
from deploytasks.agent.frozen import frozen

Record = Dict[str, Any]
CHANGED = "changed"


@frozen
class Intent:
    """A change that was announced: undoing it means bringing *before* back."""

    role: str
    step: str
    resource: Resource
    before: State
    handlers: Tuple[Handler, ...] = ()
    lasting: bool = False
    """Whether it is not to be undone."""

    @classmethod
    def of(cls, step: Step, before: State) -> Intent:
        return cls(step.role, step.name, step.resource, before, step.handlers, step.lasting)

    @classmethod
    def from_record(cls, record: Record) -> Intent:
        handlers = tuple(handler_from_json(handler) for handler in record["owes"])
        resource, lasting = rebuild(record["resource"]), record.get("lasting", False)
        return cls(record["role"], record["step"], resource, record["before"], handlers, lasting)


class Journal:
    """An append-only file of JSON lines at *path*.

    For tests of what a sudden death leaves: the agent kills itself when a run has written *failpoint* records.
    """

    def __init__(self, path: str, failpoint: int = 0) -> None:
        self.path = path
        self._number = 0
        self._failpoint = failpoint
        self._written = 0

    def begin(self, about: Record, debts: List[Handler], changed: Sequence[Sequence[str]] = ()) -> None:
        """Start anew, carrying over the handlers that are still owed, and the steps that others still follow."""
        make_directories(os.path.dirname(self.path))
        self._written = 0
        self._rewrite(
            [
                {
                    "record": "begin",
                    "format": FORMAT,
                    **about,
                    "debts": [handler_to_json(debt) for debt in debts],
                    **_if_any(changed),
                }
            ]
        )

    def intend(self, step: Step, before: State) -> int:
        """Announce that *step* is going to change what is *before*; returns the number of the intent."""
        self._number += 1
        self._append(
            {
                "record": "intend",
                "number": self._number,
                "role": step.role,
                "step": step.name,
                "resource": describe(step.resource),
                "before": before,
                "owes": [handler_to_json(handler) for handler in step.handlers],
                **({"lasting": True} if step.lasting else {}),
            }
        )
        return self._number

    def done(self, number: int) -> None:
        """The intent of that number has been carried out."""
        self._append({"record": "done", "number": number})

    def ran(self, handler: Handler) -> None:
        """*handler* has run: it is owed no more."""
        self._append({"record": "ran", "handler": handler_to_json(handler)})

    def commit(self) -> None:
        """From here on the release stands."""
        self._append({"record": "commit"})

    def end(self, outcome: Record, debts: List[Handler], changed: Sequence[Sequence[str]] = ()) -> None:
        """The run is over; only what it was and how it ended is kept."""
        first = dict(next(iter(self.records()), {"record": "begin"}))
        for name in ("debts", CHANGED):
            first.pop(name, None)
        if not debts:
            first.pop("modules", None)
        owed = [handler_to_json(debt) for debt in debts]
        last = {"record": "end", **outcome, "debts": owed, **_if_any(changed)}
        self._rewrite([first, last])

    def records(self) -> Iterator[Record]:
        """All whole records; a line cut by a power failure ends the reading."""
        try:
            with reading(self.path) as file:
                for line in file:
                    yield json.loads(line)
        except (FileNotFoundError, ValueError):
            return

    @property
    def begun(self) -> Optional[Record]:
        """How the last run began, or None when there was none."""
        record = next(self.records(), None)
        return record if record and record.get("record") == "begin" else None

    @property
    def ended(self) -> Optional[Record]:
        """How the last run ended, or None when it did not."""
        return next((record for record in self.records() if record["record"] == "end"), None)

    @property
    def changed(self) -> List[Tuple[str, str]]:
        """Steps that have changed something, by role and name, of runs that did not come to those that follow."""
        record = self.ended or self.begun or {}
        return [(role, step) for role, step in record.get(CHANGED, ())]

    @property
    def was_cut(self) -> bool:
        """Whether the last run began and never ended."""
        return self.begun is not None and self.ended is None

    @property
    def committed(self) -> bool:
        return any(record["record"] == "commit" for record in self.records())

    def intents(self) -> List[Intent]:
        """What the last run announced, in order."""
        return [Intent.from_record(record) for record in self.records() if record["record"] == "intend"]

    def owed(self) -> Tuple[Handler, ...]:
        """Handlers that were notified and have not run, oldest first."""
        owed: Dict[str, Record] = {}
        for record in self.records():
            for debt in _debts_in(record):
                owed.setdefault(_key(debt), debt)
            if record["record"] == "ran":
                owed.pop(_key(record["handler"]), None)
        return tuple(handler_from_json(debt) for debt in owed.values())

    def _append(self, record: Record) -> None:
        append(self.path, _line(record))
        self._heed_failpoint()

    def _rewrite(self, records: List[Record]) -> None:
        write_file(self.path, b"".join(map(_line, records)), {"mode": "0600"})
        self._heed_failpoint()

    def _heed_failpoint(self) -> None:
        self._written += 1
        if self._written == self._failpoint:
            os.kill(os.getpid(), signal.SIGKILL)


def _if_any(changed: Sequence[Sequence[str]]) -> Record:
    return {CHANGED: changed} if changed else {}


def _line(record: Record) -> bytes:
    return json.dumps(record).encode("ascii") + b"\n"


def _debts_in(record: Record) -> List[Record]:
    return [*record.get("debts", ()), *record.get("owes", ())]


def _key(handler: Record) -> str:
    return json.dumps(handler, sort_keys=True)
