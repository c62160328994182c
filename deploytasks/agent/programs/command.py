"""A program that is run unless its work is done."""

from __future__ import annotations

import os
from typing import ClassVar, Tuple

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.programs.run import Run


@frozen
class Command(Resource):
    """*argv* has been run.

    It has when *unless* ends with 0, or the path *creates* exists.

    *unless* is asked before and after, also in check mode, so it may change nothing. The rest is as in
    ``Run``, the action for a program that is to run whenever something changed. Raises ``ValueError``
    when there is no way to tell that the work is done.
    """

    reversible: ClassVar[bool] = False
    lasts: ClassVar[bool] = True
    argv: Tuple[str, ...]
    unless: Tuple[str, ...] = ()
    creates: str = ""
    env: Tuple[Tuple[str, str], ...] = ()
    cwd: str = "/"
    user: str = ""
    timeout_s: float = 600.0

    def __post_init__(self) -> None:
        if not self.unless and not self.creates:
            raise ValueError("a command wants unless= or creates=; what a change sets off is a Run")

    def desired(self) -> State:
        return {"done": True}

    def inspect(self, machine: Machine) -> State:
        if self.creates and os.path.lexists(machine.path(self.creates)):
            return {"done": True}
        return {"done": bool(self.unless) and self._run.ask(machine, self.unless).ok}

    def apply(self, machine: Machine, change: Change) -> None:
        del change
        self._run.run(machine)
        if self.creates and not self.inspect(machine) == self.desired():
            raise StepError("it ended well, and %s is not there: creates= names what it makes" % self.creates)

    @property
    def _run(self) -> Run:
        return Run(self.argv, self.env, self.cwd, self.user, self.timeout_s)
