"""The way back in: what may shut out all of us is undone by the host itself, unless that is called off in time.

The timer is systemd's, so it does its work when agent, connection and controller are gone.
"""

from __future__ import annotations

from typing import Sequence

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.services import systemd
from deploytasks.agent.services.transient import transient

NAME = "deploytasks-way-back"
AFTER_S = 30


@frozen
class WayBack:
    """In AFTER_S seconds the program *argv* is run; *name* tells this way from others."""

    argv: Sequence[str]
    name: str = NAME

    def prepare(self, machine: Machine) -> None:
        """It is on its way from now on."""
        self.call_off(machine)
        timer = ("--unit=" + self.name, "--on-active=%d" % AFTER_S, "--timer-property=AccuracySec=1s")
        machine.run([*transient(timer), *self.argv])

    def call_off(self, machine: Machine) -> bool:
        """Nothing is undone by itself any more; whether something would have been."""
        return systemd.try_stop(machine, self.name + ".timer")

    def require_way_in(self, machine: Machine, what: str, back: str) -> None:
        """The controller can connect anew with *what*, and this is called off.

        Raises ``StepError`` when it cannot, or nobody hears of it in time: then, it says, it goes *back*.
        """
        refused = machine.knock(0) if machine.knock else ""
        if refused:
            raise StepError(
                "with %s nobody could connect to this host any more, so it %s" % (what, back), refused
            )
        if not self.call_off(machine):
            raise StepError(
                "it was heard too late that this host can be reached with %s, so it %s" % (what, back)
            )
