"""No instance of an app but one."""

from __future__ import annotations

import re
from typing import ClassVar, Iterable, Set, Tuple

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen
from deploytasks.agent.release.layout import App
from deploytasks.agent.release.runtime.runtime import runtime_of


@frozen
class OnlyInstance(Resource):
    """Of *app_name* only the instance of *release* runs and starts at boot.

    Others first answer everybody who is connected to them, for at most *drain_s* seconds. Then they are told to stop,
    and those that end still are awaited by the app's next run, unless that is a check, see ``Engine``.
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
        runtime, serving = runtime_of(machine), self._app.release(self.release)
        staying = runtime.staying(self._patterns, serving.units)
        others = {*self._releases_of(staying), *self._releases_of(runtime.at_boot())}
        return {"other instances": sorted(others - {self.release})}

    def apply(self, machine: Machine, change: Change) -> None:
        runtime = runtime_of(machine)
        for name in (change.before or {}).get("other instances", []):
            release = self._app.release(name)
            left = runtime.drain(release.socket, self.drain_s)
            if left:
                machine.say("%d connections of %s were cut after %g s" % (left, name, self.drain_s))
            runtime.retire(release)

    @property
    def _app(self) -> App:
        return App(self.app_name, self.app_root, self.app_user)

    @property
    def _patterns(self) -> Tuple[str, ...]:
        return self.app_name + "@*.service", self.app_name + "@*.socket"

    def _releases_of(self, units: Iterable[str]) -> Set[str]:
        ours = re.compile(r"%s@(.+)\.(?:service|socket)" % re.escape(self.app_name))
        return {found.group(1) for found in map(ours.fullmatch, units) if found}
