"""No services of a compose project but those of its file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, List

from deploytasks.agent.compose import containers_of, networks_in, networks_of, replicas_of, services_in
from deploytasks.agent.docker import docker
from deploytasks.agent.machine import Machine
from deploytasks.agent.resource import Change, Resource, State, StepError


@dataclass(frozen=True)
class OnlyComposeServices(Resource):
    """Of *project* there are no containers and networks but those that the compose file *path* names; volumes stay."""

    reversible: ClassVar[bool] = False
    project: str
    path: str

    def desired(self) -> State:
        return {"other services": [], "other networks": []}

    def inspect(self, machine: Machine) -> State:
        path = machine.path(self.path)
        services = set(containers_of(machine, self.project)) - set(services_in(path))
        networks = set(networks_of(machine, self.project)) - set(networks_in(path))
        return {"other services": sorted(services), "other networks": sorted(networks)}

    def apply(self, machine: Machine, change: Change) -> None:
        before = change.before or {}
        for service in before["other services"]:
            self._remove(machine, "container", replicas_of(machine, self.project, service))
        self._remove(machine, "network", before["other networks"])

    def _remove(self, machine: Machine, kind: str, names: List[str]) -> None:
        for name in names:
            if kind == "container":
                docker(machine, "stop", name)
            done = docker(machine, kind, "rm", name)
            if not done.ok:
                raise StepError("the %s %s could not be removed" % (kind, name), done.output)
