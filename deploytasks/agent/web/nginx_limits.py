"""How much nginx takes: clients at once, and how long a name may be."""

from __future__ import annotations

import glob
import re
from typing import Dict, Optional

from deploytasks.agent.disk.entry import read_entry, write_entry
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex

CONFIGURATION = "/etc/nginx/nginx.conf"
ELSEWHERE = "/etc/nginx/conf.d/*.conf"
CONNECTIONS = regex(r"^(\s*worker_connections\s+)(\d+)(\s*;)", re.MULTILINE)
FILES = regex(r"^worker_rlimit_nofile\s+(\d+)\s*;\n", re.MULTILINE)
BUCKET = regex(r"^\s*server_names_hash_bucket_size\s+(\d+)\s*;\n", re.MULTILINE)
HTTP = regex(r"^http\s*\{\n", re.MULTILINE)
ENOUGH = "enough"
FILES_A_CONNECTION = 2
"""Its own, and the file that is read or in which an answer waits."""
USUAL_BUCKET = 64
"""What nginx takes by itself: a line of the processor's cache (nginx.org, "Setting up hashes")."""
AROUND_A_NAME = 32
"""What else has to fit beside a name, at most."""


@frozen
class NginxLimits(Resource):
    """Each worker of nginx takes at least so many *connections*.

    A client that the app answers has two. Names of sites may have *name_bytes*.

    The numbers stand in the package's nginx.conf, as each may be said once; they are raised, never lowered, and
    where an administrator has moved them elsewhere nothing is done.
    """

    connections: int
    name_bytes: int = 0

    def desired(self) -> State:
        return dict.fromkeys(self._wanted, ENOUGH)

    def inspect(self, machine: Machine) -> State:
        found = _found(machine, (read_entry(machine.path(CONFIGURATION)) or {}).get("content", ""))
        return {
            name: ENOUGH if found[name] is None or (found[name] or 0) >= wanted else found[name]
            for name, wanted in self._wanted.items()
        }

    def apply(self, machine: Machine, change: Change) -> None:
        place = machine.path(CONFIGURATION)
        entry, after = read_entry(place), change.after
        if entry is None or after is None:
            return
        text = entry["content"]
        for name in change.keys:
            text = _with(text, name, self._wanted[name] if after[name] == ENOUGH else after[name])
        write_entry(place, {**entry, "content": text})

    @property
    def _wanted(self) -> Dict[str, int]:
        bucket = _power_of_two(self.name_bytes + AROUND_A_NAME)
        names = {"bucket": bucket} if bucket > USUAL_BUCKET else {}
        return {"connections": self.connections, "files": self.connections * FILES_A_CONNECTION, **names}


def _power_of_two(least: int) -> int:
    return 1 << (least - 1).bit_length()


def _found(machine: Machine, text: str) -> Dict[str, Optional[int]]:
    """The numbers in *text*; None where they are not nginx.conf's to say, and 0 for one that nobody has set."""
    connections = CONNECTIONS.search(text)
    if connections is None:
        return dict.fromkeys(("connections", "files", "bucket"))
    bucket = None if _is_said_elsewhere(machine) or not HTTP.search(text) else _number(BUCKET, text)
    return {"connections": int(connections[2]), "files": _number(FILES, text), "bucket": bucket}


def _number(line: "re.Pattern[str]", text: str) -> int:
    found = line.search(text)
    return int(found[1]) if found else 0


def _is_said_elsewhere(machine: Machine) -> bool:
    entries = (read_entry(path) for path in sorted(glob.glob(machine.path(ELSEWHERE))))
    return any(BUCKET.search((entry or {}).get("content", "")) for entry in entries)


def _with(text: str, name: str, number: int) -> str:
    """*text* that says *number*, 0 being what nobody has said."""
    if name == "connections":
        return CONNECTIONS.sub(r"\g<1>%d\g<3>" % number, text, count=1)
    if name == "files":
        return ("worker_rlimit_nofile %d;\n" % number if number else "") + FILES.sub("", text)
    if number and BUCKET.search(text):
        return BUCKET.sub(lambda line: line[0].replace(line[1], str(number)), text)
    line = "    server_names_hash_bucket_size %d;\n" % number if number else ""
    return HTTP.sub(lambda begin: begin[0] + line, BUCKET.sub("", text), count=1)
