"""Images that come from a registry."""

from __future__ import annotations

from typing import ClassVar, Tuple

from deploytasks.agent.docker.engine import has_image, require_image
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen


@frozen
class PulledImages(Resource):
    """The engine holds the images *names*.

    Those that are there stay as they are, whatever their registry has now.
    """

    reversible: ClassVar[bool] = False
    names: Tuple[str, ...]

    def desired(self) -> State:
        return {"missing": []}

    def inspect(self, machine: Machine) -> State:
        return {"missing": [name for name in self.names if not has_image(machine, name)]}

    def apply(self, machine: Machine, change: Change) -> None:
        for name in (change.before or {}).get("missing", []):
            require_image(machine, name, "")
