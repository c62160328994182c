"""No units of processes but those of one release."""

from __future__ import annotations

from typing import ClassVar, Tuple

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen
from deploytasks.agent.release.layout import App
from deploytasks.agent.release.runtime.process_units import defined
from deploytasks.agent.release.runtime.runtime import runtime_of


@frozen
class OnlyProcesses(Resource):
    """Only *units* are defined of the app's processes besides web.

    A rollback defines its own anew.
    """

    reversible: ClassVar[bool] = False
    app_name: str
    app_root: str
    app_user: str
    units: Tuple[str, ...] = ()

    def desired(self) -> State:
        return {"other units": []}

    def inspect(self, machine: Machine) -> State:
        app = App(self.app_name, self.app_root, self.app_user)
        return {"other units": [unit for unit in defined(machine, app) if unit not in self.units]}

    def apply(self, machine: Machine, change: Change) -> None:
        runtime_of(machine).undefine((change.before or {}).get("other units", []))
