"""The way back in: a firewall that was turned on goes off again by itself, unless that is called off.

The timer is systemd's, so it does its work when agent, connection and controller are gone.
"""

from __future__ import annotations

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.services import systemd

NAME = "deploytasks-way-back"
AFTER_S = 30


def prepare_way_back(machine: Machine) -> None:
    """In AFTER_S seconds ufw(8) goes off."""
    from deploytasks.agent.services.transient import transient

    call_off_way_back(machine)
    timer = ("--unit=" + NAME, "--on-active=%d" % AFTER_S, "--timer-property=AccuracySec=1s")
    machine.run([*transient(timer), "ufw", "--force", "disable"])


def call_off_way_back(machine: Machine) -> bool:
    """Nothing goes off by itself any more; whether something would have."""
    return systemd.try_stop(machine, NAME + ".timer")
