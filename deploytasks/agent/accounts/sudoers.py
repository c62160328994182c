"""What somebody may run as another by sudo(8)."""

from __future__ import annotations

from typing import Tuple

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.files.file import File
from deploytasks.agent.frozen import frozen
from deploytasks.agent.given import ABSENT, require_line, require_name, require_word

DIRECTORY = "/etc/sudoers.d"
APPROVED = ("visudo", "-cf", "{}")


@frozen
class Sudoers(Resource):
    """*user*, or the members of *group*, may run *commands* by sudo(8).

    As *runas* (``ALL``: as anybody), without a password unless *nopassword* is False, with *setenv* and *noexec* as
    sudoers(5) has them. Or *content* is all that the file says. It is /etc/sudoers.d/*name*, and visudo(8) approves
    of it before it counts. With the *state* ``absent`` there is no such file. Parameters as in
    community.general.sudoers. Raises ``ValueError``; sudo itself has to be there.
    """

    name: str
    user: str = ""
    group: str = ""
    commands: Tuple[str, ...] = ("ALL",)
    runas: str = "ALL"
    nopassword: bool = True
    setenv: bool = False
    noexec: bool = False
    host: str = "ALL"
    content: str = ""
    state: str = "present"

    def __post_init__(self) -> None:
        words = (self.commands,) if isinstance(self.commands, str) else tuple(self.commands)
        object.__setattr__(self, "commands", words)
        require_word("state", self.state)
        require_name("name", self.name)  # sudo leaves out a file with a dot in its name
        require_line("sudoers", self.user, self.group, self.runas, self.host, *words)
        if self.state != ABSENT and [bool(self.user), bool(self.group), bool(self.content)].count(True) != 1:
            raise ValueError("sudoers want one of user=, group= and content=")

    @property
    def _file(self) -> File:
        return File("%s/%s" % (DIRECTORY, self.name), self.content or self._line, "0440", validate=APPROVED)

    @property
    def _line(self) -> str:
        tags = (("NOEXEC:", self.noexec), ("NOPASSWD:", self.nopassword), ("SETENV:", self.setenv))
        given = "".join(tag for tag, holds in tags if holds)
        who = self.user or "%" + self.group
        runas = "(%s)" % self.runas if self.runas else ""
        return "%s %s=%s%s %s\n" % (who, self.host, runas, given, ", ".join(self.commands))

    def desired(self) -> State:
        return None if self.state == ABSENT else self._file.desired()

    def inspect(self, machine: Machine) -> State:
        return self._file.inspect(machine)

    def apply(self, machine: Machine, change: Change) -> None:
        if change.after is not None and not machine.has("visudo"):
            raise StepError("there is no visudo: a step before this one installs the package sudo")
        self._file.apply(machine, change)
