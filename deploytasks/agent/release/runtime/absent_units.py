"""Units of a kind that shall not run."""

from __future__ import annotations

from typing import ClassVar, Tuple

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen
from deploytasks.agent.release.runtime.runtime import runtime_of


@frozen
class AbsentUnits(Resource):
    """No unit that fits *patterns* (fnmatch(3)) is up or failed."""

    reversible: ClassVar[bool] = False
    patterns: Tuple[str, ...]

    def surveyed(self) -> Tuple[str, ...]:
        return self.patterns

    def desired(self) -> State:
        return {"units": []}

    def inspect(self, machine: Machine) -> State:
        return {"units": sorted(runtime_of(machine).states(*self.patterns))}

    def apply(self, machine: Machine, change: Change) -> None:
        runtime_of(machine).stop((change.before or {}).get("units", []))
