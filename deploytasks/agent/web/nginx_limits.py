"""How many clients nginx serves at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Dict, Optional

from deploytasks.agent.disk.entry import read_entry, write_entry
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State

CONFIGURATION = "/etc/nginx/nginx.conf"
CONNECTIONS = re.compile(r"^(\s*worker_connections\s+)(\d+)(\s*;)", re.MULTILINE)
FILES = re.compile(r"^worker_rlimit_nofile\s+(\d+)\s*;\n", re.MULTILINE)
ENOUGH = "enough"
FILES_A_CONNECTION = 2
"""Its own, and the file that is read or in which an answer waits."""


@dataclass(frozen=True)
class NginxLimits(Resource):
    """Each worker of nginx takes at least so many *connections*.

    A client that the app answers has two.

    The numbers stand in the package's nginx.conf, as ``events`` may be said once; they are raised, never lowered, and
    where an administrator has moved them elsewhere nothing is done.
    """

    connections: int

    def desired(self) -> State:
        return {"connections": ENOUGH, "files": ENOUGH}

    def inspect(self, machine: Machine) -> State:
        found = _found((read_entry(machine.path(CONFIGURATION)) or {}).get("content", ""))
        wanted = self._wanted
        return {
            name: ENOUGH if number is None or number >= wanted[name] else number
            for name, number in found.items()
        }

    def apply(self, machine: Machine, change: Change) -> None:
        place = machine.path(CONFIGURATION)
        entry, after = read_entry(place), change.after
        if entry is None or after is None:
            return
        text = entry["content"]
        numbers = {name: self._wanted[name] if after[name] == ENOUGH else after[name] for name in change.keys}
        if "connections" in numbers:
            text = CONNECTIONS.sub(r"\g<1>%d\g<3>" % numbers["connections"], text, count=1)
        if "files" in numbers:
            line = "worker_rlimit_nofile %d;\n" % numbers["files"] if numbers["files"] else ""
            text = line + FILES.sub("", text)
        write_entry(place, {**entry, "content": text})

    @property
    def _wanted(self) -> Dict[str, int]:
        return {"connections": self.connections, "files": self.connections * FILES_A_CONNECTION}


def _found(text: str) -> Dict[str, Optional[int]]:
    """The numbers in *text*; None where they are not nginx.conf's to say, and 0 for a limit that nobody has set."""
    connections, files = CONNECTIONS.search(text), FILES.search(text)
    if connections is None:
        return {"connections": None, "files": None}
    return {"connections": int(connections[2]), "files": int(files[1]) if files else 0}
