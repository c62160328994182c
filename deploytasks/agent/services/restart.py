"""A service that starts anew."""

from __future__ import annotations

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Action
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.services import systemd
from deploytasks.agent.services.last_words import last_words


@frozen
class Restart(Action):
    """*unit* has been started anew.

    One that does not exist, as after an undo, is let be.
    """

    unit: str

    def run(self, machine: Machine) -> None:
        if systemd.show(machine, self.unit, "LoadState").get("LoadState") == "not-found":
            return
        # One that failed too often of late would not be started again (systemd.unit(5), StartLimitBurst).
        systemd.forget_failures(machine, [self.unit])
        done = systemd.restart(machine, [self.unit])
        if not done.ok:
            words = last_words(machine, self.unit, crashed=True)
            raise StepError("%s did not restart" % self.unit, words or done.output)

    def acts_upon(self) -> str:
        return self.unit

    def run_again(self, machine: Machine, ran: bool) -> None:
        """What neither ran before nor runs now is not started."""
        if ran or systemd.is_active(machine, self.unit):
            self.run(machine)
