"""No catch-alls but for the ports that sites have."""

from __future__ import annotations

import glob
import os
import re
from typing import List

from deploytasks.agent.disk.entry import read_entry, write_entry
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen


@frozen
class OnlyCatchAlls(Resource):
    """Only ports that a site has have a catch-all.

    For another one the web server would keep a port for nobody.

    *path* is where they are, and *sites* a pattern (glob(7)) of the sites' files. *listens* is a regular expression
    for what a site says that listens on a port. In the path and in the expression ``%s`` stands for the port.
    """

    path: str
    sites: str
    listens: str

    def desired(self) -> State:
        return None

    def inspect(self, machine: Machine) -> State:
        idle = [self.path % port for port in self._idle_ports(machine)]
        return {path: read_entry(machine.path(path)) for path in idle} or None

    def apply(self, machine: Machine, change: Change) -> None:
        for path in {**(change.before or {}), **(change.after or {})}:
            write_entry(machine.path(path), (change.after or {}).get(path))

    def _idle_ports(self, machine: Machine) -> List[str]:
        ports = self._ports(machine)
        sites = [_text(path) for path in glob.glob(machine.path(self.sites))] if ports else []
        return [port for port in ports if not any(re.search(self.listens % port, site) for site in sites)]

    def _ports(self, machine: Machine) -> List[str]:
        """Those that have a catch-all."""
        place = machine.path(self.path)
        found = (re.fullmatch(re.escape(place) % "([0-9]+)", path) for path in glob.glob(place % "[0-9]*"))
        return sorted(match.group(1) for match in found if match)


def _text(path: str) -> str:
    entry = read_entry(os.path.realpath(path)) or {}
    return str(entry.get("content", ""))
