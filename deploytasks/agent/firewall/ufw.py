"""The firewall, on or off."""

from __future__ import annotations

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.firewall import firewall
from deploytasks.agent.frozen import frozen
from deploytasks.agent.services.way_back import WayBack

CHAIN = "ufw-user-input"
SSH_PORT = 22
WAY_BACK = WayBack(("ufw", "--force", "disable"))


@frozen
class Ufw(Resource):
    """ufw(8) filters, now and at boot, if it is *enabled*.

    It is not turned on when no rule admits *ssh_port*, the port at which sshd answers on this
    host (0 = not known, then 22): the next connection would be refused, though not the present one.
    It stays on when a second connection of the controller succeeds; else, or when nobody hears of that, it goes
    off again.
    """

    enabled: bool = True
    ssh_port: int = 0

    def desired(self) -> State:
        return {"enabled": self.enabled}

    def inspect(self, machine: Machine) -> State:
        return {"enabled": firewall.is_enabled(machine) and _is_loaded(machine)}

    def apply(self, machine: Machine, change: Change) -> None:
        if (change.after or {}).get("enabled"):
            self._require_way_in(machine)
            self._enable(machine)
        else:
            machine.run(["ufw", "--force", "disable"])
            WAY_BACK.call_off(machine)

    def _enable(self, machine: Machine) -> None:
        if machine.knock is None:
            WAY_BACK.call_off(machine)
            machine.run(["ufw", "--force", "enable"])
            return
        WAY_BACK.prepare(machine)
        machine.run(["ufw", "--force", "enable"])
        WAY_BACK.require_way_in(machine, "ufw on", "goes off again")

    def _require_way_in(self, machine: Machine) -> None:
        port = self.ssh_port or SSH_PORT
        admitted = any(rule.admits(port) for rule in firewall.rules(machine))
        if firewall.refuses_by_default(machine) and not admitted:
            raise StepError(
                "no ufw rule admits SSH at port %d, so ufw would lock you out; allow that port first" % port
            )


def _is_loaded(machine: Machine) -> bool:
    """The kernel has ufw's rules: after a flush, or a failed start at boot, ufw.conf alone would lie."""
    return machine.ask(["iptables", "-w", "-n", "-L", CHAIN]).ok
