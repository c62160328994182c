"""The time of a place."""

from __future__ import annotations

import os

from deploytasks.agent.disk.entry import read_entry, write_entry
from deploytasks.agent.disk.part import RIGHTS
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex

ZONES = "/usr/share/zoneinfo"
LOCAL = "/etc/localtime"
NAMED = "/etc/timezone"
NAME = regex(r"[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)*")


@frozen
class Timezone(Resource):
    """The host's clock shows the time of *name*, such as ``Europe/Berlin`` (localtime(5)).

    Where there is a file /etc/timezone it says so, too. A program that runs sees it at its next start. As
    community.general.timezone. Raises ``ValueError``, and ``StepError`` for a place that the package tzdata does
    not know.
    """

    name: str

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError("time zone %r; expected one such as Europe/Berlin or UTC" % self.name)

    def desired(self) -> State:
        return {"zone": self.name}

    def inspect(self, machine: Machine) -> State:
        local, named = read_entry(machine.path(LOCAL)), read_entry(machine.path(NAMED))
        zone = _zone_of(str((local or {}).get("target", "")))
        told = (named or {}).get("content", zone).strip()
        seen = zone if zone == told else "%s, and %s in %s" % (zone or "unknown", told, NAMED)
        return {"zone": seen or None, "local": local, "named": named}

    def apply(self, machine: Machine, change: Change) -> None:
        after = change.after or {}
        if "local" in after:
            write_entry(machine.path(LOCAL), after["local"])
            write_entry(machine.path(NAMED), after["named"])
            return
        if not os.path.isfile(machine.path("%s/%s" % (ZONES, self.name))):
            raise StepError(
                "the host knows no time zone %s; see %s, of the package tzdata" % (self.name, ZONES)
            )
        _make_room(machine.path(LOCAL))
        write_entry(machine.path(LOCAL), {"kind": "symlink", "target": "%s/%s" % (ZONES, self.name)})
        if read_entry(machine.path(NAMED)):
            write_entry(machine.path(NAMED), {"kind": "file", **RIGHTS, "content": self.name + "\n"})


def _make_room(path: str) -> None:
    """An old host has a copy of the zone's file in place of the link to it."""
    found = read_entry(path)
    if found and found["kind"] == "file":
        write_entry(path, None)


def _zone_of(target: str) -> str:
    """The zone whose file a link leads to, whether from / or from /etc."""
    _, found, name = target.partition("share/zoneinfo/")
    return name if found else ""
