"""A service that reads its configuration again."""

from __future__ import annotations

from typing import Tuple

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Action
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.services import systemd


@frozen
class Reload(Action):
    """*unit*, if it runs, reads its configuration again.

    *check*, such as ``nginx -t``, has to approve of that first.
    """

    unit: str
    check: Tuple[str, ...] = ()

    def run(self, machine: Machine) -> None:
        self._require_approval(machine)
        if systemd.is_active(machine, self.unit):
            systemd.reload(machine, self.unit)

    def acts_upon(self) -> str:
        return self.unit

    def _require_approval(self, machine: Machine) -> None:
        done = machine.ask(self.check) if self.check else None
        if done and not done.ok:
            reason = "%s refuses its configuration: %s" % (self.unit, " ".join(self.check))
            raise StepError(reason, done.output)
