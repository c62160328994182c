"""No services of a compose project but those of its file."""

from __future__ import annotations

from typing import ClassVar

from deploytasks.agent.docker.compose import (
    containers_of,
    end_services,
    networks_in,
    networks_of,
    remove_networks,
    services_in,
)
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen


@frozen
class OnlyComposeServices(Resource):
    """Only what the compose file *path* names is in *project*.

    Other containers and networks go; volumes stay.
    """

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
        end_services(machine, self.project, before["other services"])
        remove_networks(machine, before["other networks"])
