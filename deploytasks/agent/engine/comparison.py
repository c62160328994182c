"""What a check compares a plan with, when that is more than the state of each resource."""

from __future__ import annotations

from typing import Optional, Protocol

from deploytasks.agent.engine.plan import Step
from deploytasks.agent.engine.resource import Change, Resource


class Comparison(Protocol):
    """What a release that is to come is compared with."""

    def in_place(self, resource: Resource) -> Resource:
        """*resource* as it would be if what serves were to be what comes."""

    def explained(self, step: Step, resource: Resource, change: Change) -> Optional[str]:
        """What *change* would do, in the terms of who wrote what it is about; None where it speaks for itself."""
