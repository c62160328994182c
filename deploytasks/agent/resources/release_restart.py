"""What runs of a release, started anew."""

from __future__ import annotations

from dataclasses import dataclass

from deploytasks.agent import systemd
from deploytasks.agent.app import App
from deploytasks.agent.machine import Machine
from deploytasks.agent.processes import running
from deploytasks.agent.resource import Action


@dataclass(frozen=True)
class ReleaseRestart(Action):
    """Web and the other processes of *release* run from the files that are there now; what does not run is let be.

    All at once, as each may take its time for the work at hand. A socket of systemd's stays, connections wait there.
    """

    app_name: str
    app_root: str
    app_user: str
    release: str

    def run(self, machine: Machine) -> None:
        app = App(self.app_name, self.app_root, self.app_user)
        web = app.release(self.release).service_unit
        others = [unit for unit in sorted(running(machine, app)) if ".%s@" % self.release in unit]
        systemd.restart(machine, [web, *others] if systemd.is_up(machine, web) else others)
