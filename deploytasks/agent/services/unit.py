"""A systemd unit file."""

from __future__ import annotations

from typing import Optional

from deploytasks.agent.disk.entry import read_entry, write_entry
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen
from deploytasks.agent.services import systemd

DIRECTORY = "/etc/systemd/system"


@frozen
class Unit(Resource):
    """*content* defines the unit *name*, and systemd has read it.

    The file is in /etc/systemd/system (systemd.unit(5)).

    With None for its *content* there is no such file.
    """

    name: str
    content: Optional[str]

    def desired(self) -> State:
        if self.content is None:
            return None
        return {"kind": "file", "mode": "0644", "owner": "root", "group": "root", "content": self.content}

    def inspect(self, machine: Machine) -> State:
        return read_entry(machine.path("%s/%s" % (DIRECTORY, self.name)))

    def apply(self, machine: Machine, change: Change) -> None:
        write_entry(machine.path("%s/%s" % (DIRECTORY, self.name)), change.after)
        systemd.read_unit_files(machine)
