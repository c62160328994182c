"""How many images of an app are kept."""

from __future__ import annotations

import os
from typing import ClassVar, List, Tuple

from deploytasks.agent.docker.engine import docker, images_of
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen


@frozen
class ImageRetention(Resource):
    """The engine holds images of the app's present releases alone.

    They are those of *app_name* that lie in the directory *releases*.

    Those that are called one of *besides* stay, too.
    """

    reversible: ClassVar[bool] = False
    app_name: str
    releases: str
    besides: Tuple[str, ...] = ()

    def desired(self) -> State:
        return {"surplus": []}

    def inspect(self, machine: Machine) -> State:
        return {"surplus": self._surplus(machine)}

    def apply(self, machine: Machine, change: Change) -> None:
        for name in (change.before or {}).get("surplus", []):
            done = docker(machine, "image", "rm", name)
            if not done.ok:
                raise StepError("the image %s could not be removed" % name, done.output)

    def _surplus(self, machine: Machine) -> List[str]:
        directory = machine.path(self.releases)
        kept = set(os.listdir(directory)) if os.path.isdir(directory) else set()
        others = set(images_of(machine, self.app_name)) - set(self.besides)
        return sorted(name for name in others if name.rpartition(":")[2] not in kept)
