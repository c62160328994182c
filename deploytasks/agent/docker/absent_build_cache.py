"""What builds of images have left for later builds."""

from __future__ import annotations

from typing import ClassVar

from deploytasks.agent.docker.engine import docker
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen

KIND = "Build Cache"


@frozen
class AbsentBuildCache(Resource):
    """The engine of the host keeps nothing for later builds, whoever has built.

    A host without an engine has nothing of the kind.
    """

    reversible: ClassVar[bool] = False

    def desired(self) -> State:
        return {"entries": 0}

    def inspect(self, machine: Machine) -> State:
        told = docker(machine, "system", "df", "--format", "{{.Type}}\t{{.TotalCount}}")
        counts = dict(line.split("\t", 1) for line in told.stdout.splitlines() if "\t" in line)
        return {"entries": int(counts.get(KIND, "0"))}

    def apply(self, machine: Machine, change: Change) -> None:
        del change
        done = docker(machine, "builder", "prune", "--all", "--force")
        if not done.ok:
            raise StepError("the cache of builds could not be removed", done.output)
