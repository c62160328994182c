"""What a host knows of the packages that there are."""

from __future__ import annotations

from typing import ClassVar

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen
from deploytasks.agent.packages import apt


@frozen
class AptIndex(Resource):
    """The package index is no older than *cache_valid_time* seconds.

    Else it is updated (apt-get(8) ``update``), and also when a source of packages is newer. As update_cache and
    cache_valid_time of ansible.builtin.apt.
    """

    reversible: ClassVar[bool] = False
    cache_valid_time: int = 3600

    def desired(self) -> State:
        return {"fresh": True}

    def inspect(self, machine: Machine) -> State:
        return {"fresh": apt.index_age_s(machine) <= self.cache_valid_time}

    def apply(self, machine: Machine, change: Change) -> None:
        del change
        apt.update(machine)
