"""What a package asks about when it is installed."""

from __future__ import annotations

import re
from typing import Optional

from deploytasks.agent.disk.part import text_of
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.given import require_line, require_name, require_word

ANSWERS = ("/var/cache/debconf/config.dat", "/var/cache/debconf/passwords.dat")
KINDS = ("string", "boolean", "select", "multiselect", "password", "note", "text", "error", "title")
PASSWORD = "password"  # noqa: S105  # nosec B105  a kind of question


@frozen
class Debconf(Resource):
    """The *question* of the package *name* has the answer *value* (debconf(7)).

    It is of the kind *vtype*. What was asked by a package that is installed counts when that is reconfigured.
    Parameters as in ansible.builtin.debconf; a step with a ``password`` is ``sensitive``.
    """

    name: str
    question: str
    vtype: str
    value: str

    def __post_init__(self) -> None:
        require_name("name", self.name, "-.+")
        require_word("vtype", self.vtype, KINDS)
        require_line("question", self.question)
        require_line("value", self.value)

    def desired(self) -> State:
        return {self._key: self.value}

    def inspect(self, machine: Machine) -> State:
        found = (_answer(text_of(machine.path(path)), self.question) for path in ANSWERS)
        answer = next((each for each in found if each is not None), None)
        return None if answer is None else {self._key: answer}

    def apply(self, machine: Machine, change: Change) -> None:
        if change.after is None:
            done = machine.ask(["debconf-communicate", self.name], stdin="UNREGISTER %s\n" % self.question)
        else:
            line = "%s %s %s %s\n" % (self.name, self.question, self.vtype, change.after[self._key])
            done = machine.ask(["debconf-set-selections"], stdin=line)
        if not done.ok:
            raise StepError("debconf does not take an answer to %s" % self.question, done.output)

    @property
    def _key(self) -> str:
        """What is under the name of a password is told to nobody."""
        return PASSWORD if self.vtype == PASSWORD else self.question


def _answer(database: str, question: str) -> Optional[str]:
    found = re.search(r"^Name: %s\n(?:.+\n)*?Value: ?(.*)$" % re.escape(question), database, re.MULTILINE)
    return found.group(1) if found else None
