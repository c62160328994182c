"""What one host is told in a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from deploytasks.agent.frozen import frozen

if TYPE_CHECKING:
    from deploytasks.delivery.contents import Contents
    from deploytasks.fleet.visit import Visit


@frozen
class Order:
    """What one host is told to be, and the contents that go with it."""

    document: Mapping[str, Any]
    contents: Contents

    def give_to(self, visit: Visit) -> None:
        visit.carry_out(self.document, self.contents)
