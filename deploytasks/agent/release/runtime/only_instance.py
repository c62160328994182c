"""No instance of an app but one."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from itertools import chain, product
from typing import ClassVar, Iterable, Sequence, Set, Tuple

from deploytasks.agent.disk.entry import remove_entry
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.release.layout import App, Release
from deploytasks.agent.release.runtime.drain import drain
from deploytasks.agent.services import systemd

WANTS = ("/etc/systemd/system/multi-user.target.wants", "/etc/systemd/system/sockets.target.wants")


@dataclass(frozen=True)
class OnlyInstance(Resource):
    """Of *app_name* only the instance of *release* runs and starts at boot.

    Others first answer everybody who is connected to them, for at most *drain_s* seconds. Then they are told to stop.
    Only of one in a container is the end waited for, as its image and networks may be the next to go; the end of
    others is awaited by the app's next run, unless that is a check, see ``Engine``.
    """

    reversible: ClassVar[bool] = False
    app_name: str
    app_root: str
    app_user: str
    release: str
    drain_s: float = 30.0

    def surveyed(self) -> Tuple[str, ...]:
        return self._patterns

    def desired(self) -> State:
        return {"other instances": []}

    def inspect(self, machine: Machine) -> State:
        serving = self._app.release(self.release)
        staying = systemd.staying(machine, self._patterns, serving.units)
        others = {*self._releases_of(staying), *self._enabled(machine)}
        return {"other instances": sorted(others - {self.release})}

    def apply(self, machine: Machine, change: Change) -> None:
        for name in (change.before or {}).get("other instances", []):
            self._end(machine, self._app.release(name))

    def _end(self, machine: Machine, release: Release) -> None:
        left = drain(machine, release.socket, self.drain_s)
        if left:
            machine.say("%d connections of %s were cut after %g s" % (left, release.name, self.drain_s))
        self._disable(machine, release.units)
        known = systemd.states(machine, *release.units)
        up = [unit for unit in release.units if known.get(unit) in systemd.UP]
        if up and not os.path.exists(machine.path(release.container)):
            systemd.let_stop(machine, up)
        else:
            systemd.stop(machine, up)
            systemd.forget_failures(machine, release.units)

    def _disable(self, machine: Machine, units: Sequence[str]) -> None:
        """The links are removed here, as systemctl(1) removes none of a unit that another runtime no longer defines."""
        for unit, wants in product(units, WANTS):
            remove_entry(machine.path("%s/%s" % (wants, unit)))

    @property
    def _app(self) -> App:
        return App(self.app_name, self.app_root, self.app_user)

    @property
    def _patterns(self) -> Tuple[str, ...]:
        return self.app_name + "@*.service", self.app_name + "@*.socket"

    def _enabled(self, machine: Machine) -> Set[str]:
        links = (os.listdir(machine.path(wants)) for wants in WANTS if os.path.isdir(machine.path(wants)))
        return self._releases_of(chain.from_iterable(links))

    def _releases_of(self, units: Iterable[str]) -> Set[str]:
        ours = re.compile(r"%s@(.+)\.(?:service|socket)" % re.escape(self.app_name))
        return {found.group(1) for found in map(ours.fullmatch, units) if found}
