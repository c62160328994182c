"""A fake host on which plans are carried out by the engine itself, in a directory."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import field
from pathlib import Path

from deploytasks.agent.engine.blobs import Blobs
from deploytasks.agent.engine.events import Event, Outcome, StepDone
from deploytasks.agent.engine.machine import ENVIRONMENT, Machine
from deploytasks.agent.engine.plan import Plan, Step
from deploytasks.agent.frozen import frozen
from deploytasks.agent.release.runtime.systemd_runtime import SystemdRuntime

ROLE = "tried"
BARE = ("etc", "run", "srv", "tmp", "var/lib")
"""What every host has."""


@frozen
class Carried:
    """How it went to carry out a plan.

    *steps* are the outcomes of steps and handlers by their names, *diffs* what those changed that did. *error* is why
    it failed, if so.
    """

    outcome: Outcome
    steps: Mapping[str, Outcome]
    diffs: Mapping[str, str] = field(default_factory=dict)
    error: str = ""


class Scratch:
    """A fake host: *home*, an empty directory, has its files in ``root``.

    Its *programs* are these of this machine, and no others: a package manager that is not there cannot touch this
    machine. ``program`` gives it one of the test's own. Files belong to whom they belong here: who is not root says
    ``owner`` and ``group``, and cannot give them away.
    """

    def __init__(self, home: Path, programs: Iterable[str] = ("env", "sh")) -> None:
        self.home = home
        self._programs = home / "programs"
        for directory in (self._programs, *(home / "root" / name for name in BARE)):
            directory.mkdir(parents=True, exist_ok=True)
        for name in programs:
            found = shutil.which(name, path=ENVIRONMENT["PATH"])
            if not found:
                raise ValueError(f"no program here is called {name}")
            (self._programs / name).symlink_to(found)
        blobs = Blobs(str(home / "blobs"))
        environment = {**ENVIRONMENT, "PATH": str(self._programs)}
        self.machine = Machine(str(home / "root"), environment, blobs=blobs)
        self.machine.units = SystemdRuntime(self.machine)

    def path(self, path: str) -> Path:
        """Where the host's *path* lies."""
        return Path(self.machine.path(path))

    def write(self, path: str, text: str) -> Path:
        """The host has the file *path* with that *text*."""
        place = self.path(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        return place

    def program(self, name: str, script: str) -> None:
        """The host has the program *name*, which is *script*, of the first line ``#!…`` on."""
        place = self._programs / name
        place.unlink(missing_ok=True)
        place.write_text(script, encoding="utf-8")
        place.chmod(0o755)

    def apply(self, wanted: Plan | Iterable[Step], *, check: bool = False) -> Carried:
        """Carry out a plan, or steps, as a host does; a *check* changes nothing.

        What fails is undone, and what is owed is remembered, from one call to the next. Never raises for a failure.
        """
        from deploytasks.agent.engine.engine import Engine
        from deploytasks.agent.engine.journal import Journal

        plan = (
            wanted if isinstance(wanted, Plan) else Plan(tuple(_owned(step) for step in wanted), whole=True)
        )
        events: list[Event] = []
        engine = Engine(self.machine, Journal(str(self.home / "state/journal.jsonl")), events.append, check)
        if not check:
            engine.recover()
        for digest, content in plan.contents.items():
            self.machine.blobs.receive(digest, [content])
        ended = engine.carry_out(plan, {"command": "apply"})
        done = [event for event in events if isinstance(event, StepDone)]
        diffs = {event.step: event.diff for event in done if event.diff}
        return Carried(ended.outcome, {event.step: event.outcome for event in done}, diffs, ended.error or "")


def _owned(step: Step) -> Step:
    return step if step.role else step.in_role(ROLE)
