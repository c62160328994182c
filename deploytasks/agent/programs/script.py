"""A script that travels with its plan, and is run unless its work is done."""

from __future__ import annotations

import shlex
import tempfile
from typing import ClassVar, Iterator, Tuple

from deploytasks.agent.disk.entry import give_rights
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.programs.command import Command


@frozen
class Script(Resource):
    """The script *text* has been run with *args*.

    Its first line ``#!…`` says by which program, or else /bin/sh. It lies on the host while it runs, for *user* alone
    to read. What tells that its work is done, and the rest, is as in ``Command``; ``Path("setup.sh").read_text()`` is
    the text of a file of this machine.
    """

    reversible: ClassVar[bool] = False
    lasts: ClassVar[bool] = True
    text: str
    args: Tuple[str, ...] = ()
    unless: Tuple[str, ...] = ()
    creates: str = ""
    env: Tuple[Tuple[str, str], ...] = ()
    cwd: str = "/"
    user: str = ""
    timeout_s: float = 600.0

    def __post_init__(self) -> None:
        self._command()  # It says what is wrong.

    def desired(self) -> State:
        return self._command().desired()

    def inspect(self, machine: Machine) -> State:
        return self._command().inspect(machine)

    def apply(self, machine: Machine, change: Change) -> None:
        with tempfile.NamedTemporaryFile(prefix="deploytasks-") as file:
            file.write(self.text.encode("utf-8"))
            file.flush()
            if self.user:
                give_rights(file.name, {"owner": self.user})
            try:
                self._command(*self._interpreter, file.name, *self.args).apply(machine, change)
            except StepError as error:
                raise StepError(error.reason.replace(file.name, "the script"), error.output) from error

    @property
    def _interpreter(self) -> Iterator[str]:
        first = self.text.split("\n", 1)[0]
        return iter(shlex.split(first[2:]) if first.startswith("#!") else ["/bin/sh"])

    def _command(self, *argv: str) -> Command:
        return Command(argv, self.unless, self.creates, self.env, self.cwd, self.user, self.timeout_s)
