"""How much the system's journal keeps, and for how long."""

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
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.given import ABSENT, Pairs, pairs_of, require_line, require_name, require_word
from deploytasks.agent.services import systemd

DIRECTORY = "/etc/systemd/journald.conf.d"
UNIT = "systemd-journald.service"


@frozen
class Journald(Resource):
    """journald(8) keeps to *settings*, such as ``SystemMaxUse=500M`` (journald.conf(5)).

    They are pairs or a mapping, in /etc/systemd/journald.conf.d/*name*.conf; journald starts anew, which loses
    nothing. With the *state* ``absent`` there is no such file. Raises ``ValueError``.
    """

    settings: Pairs = ()
    name: str = "60-deploytasks"
    state: str = "present"

    def __post_init__(self) -> None:
        object.__setattr__(self, "settings", pairs_of(self.settings))
        require_word("state", self.state)
        require_name("name", self.name, "-_.")
        for key, value in pairs_of(self.settings):
            require_line("settings", key, value)

    def desired(self) -> State:
        if self.state == ABSENT:
            return None
        lines = "".join("%s=%s\n" % (key, value) for key, value in pairs_of(self.settings))
        content = "# Managed by deploytasks.\n[Journal]\n" + lines
        return {"kind": "file", "mode": "0644", "owner": "root", "group": "root", "content": content}

    def inspect(self, machine: Machine) -> State:
        return read_entry(machine.path(self._place))

    def apply(self, machine: Machine, change: Change) -> None:
        directory = machine.path(DIRECTORY)
        if change.after is not None and read_directory(directory) is None:
            make_directory(directory, {"mode": "0755", "owner": "root", "group": "root"})
        write_entry(machine.path(self._place), change.after)
        if change.after is None and is_bare(directory):
            remove_entry(directory)
        done = systemd.restart(machine, [UNIT])
        if not done.ok:
            raise StepError("journald does not start with these settings", done.output)

    @property
    def _place(self) -> str:
        return "%s/%s.conf" % (DIRECTORY, self.name)
