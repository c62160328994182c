"""Who of others may come to a port."""

from __future__ import annotations

from typing import ClassVar, List, Tuple

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.firewall import firewall
from deploytasks.agent.firewall.ufw_rule import UfwRule
from deploytasks.agent.frozen import frozen


@frozen
class UfwSources(Resource):
    """ufw(8) admits *sources* to the TCP *port*, and nobody else.

    The *comment* tells rules of ours from those of others, which stay. No rollback touches them.
    """

    rolls_back: ClassVar[bool] = False
    port: int
    sources: Tuple[str, ...]
    comment: str

    def desired(self) -> State:
        return {"sources": sorted(self.sources)}

    def inspect(self, machine: Machine) -> State:
        return {"sources": self._admitted(machine)}

    def apply(self, machine: Machine, change: Change) -> None:
        wanted, there = (change.after or {}).get("sources", []), self._admitted(machine)
        for source in [source for source in wanted if source not in there]:
            rule = self._rule(source)
            rule.apply(machine, Change(None, rule.desired()))
        for source in [source for source in there if source not in wanted]:
            machine.run(self._rule(source).deletion("allow"))

    def _admitted(self, machine: Machine) -> List[str]:
        ours = [
            rule
            for rule in firewall.rules(machine)
            if rule.comment == self.comment and rule.admits(self.port)
        ]
        return sorted({str(rule.source).partition("/")[0] for rule in ours})

    def _rule(self, source: str) -> UfwRule:
        return UfwRule("allow", self.port, source=source, comment=self.comment)
