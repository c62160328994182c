"""What a host calls itself."""

from __future__ import annotations

from deploytasks.agent.disk.entry import read_entry
from deploytasks.agent.disk.part import RIGHTS, put, text_of
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex

FILE = "/etc/hostname"
KERNEL = "/proc/sys/kernel/hostname"
NAME = regex(r"(?=.{1,64}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")


@frozen
class Hostname(Resource):
    """The host is called *name*, now and after a new start (hostname(5)).

    What others call it, and how it finds itself, is another matter (DNS, ``HostsEntry``). As
    ansible.builtin.hostname. Raises ``ValueError`` for what is no host name.
    """

    name: str

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError("host name %r; expected one such as web1 or web1.example.org" % self.name)

    def desired(self) -> State:
        return {"now": self.name, "at boot": self.name}

    def inspect(self, machine: Machine) -> State:
        boot, now = (text_of(machine.path(path)).strip() or None for path in (FILE, KERNEL))
        return {"now": now, "at boot": boot, "file": read_entry(machine.path(FILE))}

    def apply(self, machine: Machine, change: Change) -> None:
        after = change.after or {}
        if "at boot" in change.keys:
            new = {"kind": "file", **RIGHTS, "content": "%s\n" % self.name}
            put(machine.path(FILE), after.get("file", new))
        if "now" in change.keys and after["now"]:
            machine.run(["hostname", after["now"]])
