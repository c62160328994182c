"""The way of visitors to this host's port: past its own packet filter, and whatever stands before it."""

from __future__ import annotations

from typing import ClassVar

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Action
from deploytasks.agent.errors import ControllerGone, StepError
from deploytasks.agent.firewall.packet_filter import barriers
from deploytasks.agent.frozen import frozen


@frozen
class WayIn(Action):
    """Visitors come as far as TCP *port*.

    It fails where no rule of this host's own packet filter lets anybody in. What stands elsewhere can be seen by the
    controller alone, and is told: a firewall of the cloud may be meant so.
    """

    survives_failure: ClassVar[bool] = False
    port: int

    def run(self, machine: Machine) -> None:
        shut = [barrier.name for barrier in barriers(machine) if not barrier.admits(self.port)]
        if shut:
            raise StepError(
                "visitors cannot reach port %d: nftables' chain %s drops what none of its rules admits, and none "
                "admits that port. Add to it: tcp dport %d accept" % (self.port, shut[0], self.port)
            )
        refused = self._refused(machine)
        if refused:
            machine.say(
                "port %d cannot be reached from where this was begun: %s; is a firewall in front of this host, such "
                "as a security group of its cloud, to let visitors in?" % (self.port, refused)
            )

    def _refused(self, machine: Machine) -> str:
        """Why the controller cannot come to it; nothing where there is nobody to ask, or not any more."""
        try:
            return machine.knock(self.port) if machine.knock else ""
        except ControllerGone:
            return ""
