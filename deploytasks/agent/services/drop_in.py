"""What is said of a unit besides what its own file says."""

from __future__ import annotations

from deploytasks.agent.disk.entry import (
    is_bare,
    make_directory,
    read_directory,
    read_entry,
    remove_entry,
    write_entry,
)
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen
from deploytasks.agent.given import ABSENT, require_line, require_name, require_word
from deploytasks.agent.services import systemd
from deploytasks.agent.services.unit import DIRECTORY


@frozen
class DropIn(Resource):
    """*content* counts for *unit* besides what its own file says.

    It is /etc/systemd/system/*unit*.d/*name*.conf (systemd.unit(5)); a unit without a dot is a ``.service``. What
    runs has it from its next start: a step that notifies a ``Restart``. With the *state* ``absent`` there is no
    such file.
    """

    unit: str
    content: str = ""
    name: str = "override"
    state: str = "present"

    def __post_init__(self) -> None:
        require_word("state", self.state)
        require_name("name", self.name, "-_.")
        require_line("unit", self.unit)
        if "/" in self.unit or not self.unit:
            raise ValueError("unit %r; expected one such as nginx.service" % self.unit)

    def desired(self) -> State:
        if self.state == ABSENT:
            return None
        return {"kind": "file", "mode": "0644", "owner": "root", "group": "root", "content": self.content}

    def inspect(self, machine: Machine) -> State:
        return read_entry(machine.path(self._place))

    def apply(self, machine: Machine, change: Change) -> None:
        directory = machine.path(self._directory)
        if change.after is not None and read_directory(directory) is None:
            make_directory(directory, {"mode": "0755", "owner": "root", "group": "root"})
        write_entry(machine.path(self._place), change.after)
        if change.after is None and is_bare(directory):
            remove_entry(directory)
        systemd.read_unit_files(machine)

    @property
    def _directory(self) -> str:
        return "%s/%s.d" % (DIRECTORY, self.unit if "." in self.unit else self.unit + ".service")

    @property
    def _place(self) -> str:
        return "%s/%s.conf" % (self._directory, self.name)
