"""No rules of the firewall but those that an app has still."""

from __future__ import annotations

from typing import ClassVar, Dict, Iterator, Tuple

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.firewall import firewall
from deploytasks.agent.firewall.ufw_rule import UfwRule
from deploytasks.agent.frozen import frozen
from deploytasks.agent.release.owner import apps_of
from deploytasks.agent.release.recorded import recorded_plan
from deploytasks.agent.release.releases import current_release

Place = Tuple[str, str]
"""A port, or a range of them, and a protocol."""


@frozen
class OnlyUfwRules(Resource):
    """Of the rules made for *app* only those to *ports* are there.

    Each is a port and a protocol. One that another app of this host has as well becomes that one's. A rule that was
    made for no app is let be.
    """

    reversible: ClassVar[bool] = False
    app: str
    ports: Tuple[Place, ...] = ()

    def desired(self) -> State:
        return None

    def inspect(self, machine: Machine) -> State:
        left = {"%s/%s" % place: rule.action for place, rule in self._left(machine).items()}
        return left or None

    def apply(self, machine: Machine, change: Change) -> None:
        del change
        wanted = dict(_wanted_by_others(machine, self.app))
        for (port, protocol), rule in self._left(machine).items():
            own = UfwRule("allow", port, protocol)
            if (port, protocol) in wanted:
                mark = {"action": rule.action, "comment": firewall.OF_APP + wanted[port, protocol]}
                own.apply(machine, Change(None, mark))
            else:
                machine.run(own.deletion(rule.action))

    def _left(self, machine: Machine) -> Dict[Place, firewall.Rule]:
        found = (rule for rule in firewall.rules(machine) if rule.app == self.app and rule.plain)
        return {
            (rule.port, rule.protocol): rule for rule in found if (rule.port, rule.protocol) not in self.ports
        }


def _wanted_by_others(machine: Machine, app: str) -> Iterator[Tuple[Place, str]]:
    """The ports that other apps' releases have, with the name of such an app."""
    for other in apps_of(machine):
        current = current_release(machine, other) if other.name != app else None
        try:
            steps = recorded_plan(machine, other.release(current)).steps if current else ()
        except StepError:
            continue
        rules = (step.resource for step in steps if isinstance(step.resource, UfwRule))
        yield from (((str(rule.port), rule.proto), other.name) for rule in rules)
