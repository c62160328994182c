"""A rule of the firewall."""

from __future__ import annotations

from typing import List, Set, Union

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.firewall import firewall
from deploytasks.agent.frozen import frozen

ACTIONS = ("allow", "limit", "deny")
PROTOCOLS = ("tcp", "udp", "any")


@frozen
class UfwRule(Resource):
    """ufw(8) does *action* with what *source* sends to *port*.

    On IPv6, too, where ufw filters it.

    *port* is a number, or a range such as ``8000:8100``; *source* is an address, a range in CIDR form,
    or ``any``. A rule holds whether the firewall is on or not. One that was to go by itself stays when
    this is what a host shall have. One that is made here is *app*'s, and goes when that has it no
    longer; who had it before keeps it. ``ValueError`` for what ufw would refuse.
    """

    action: str
    port: Union[int, str]
    proto: str = "tcp"
    source: str = "any"
    comment: str = ""
    app: str = ""

    def __post_init__(self) -> None:
        for value, allowed in ((self.action, ACTIONS), (self.proto, PROTOCOLS)):
            if value not in allowed:
                raise ValueError("ufw rule %r; expected one of %s" % (value, ", ".join(allowed)))
        _check_port(str(self.port), self.proto)
        firewall.network(self.source)
        if "'" in self.comment or not self.comment.isprintable():
            raise ValueError("ufw comment %r; ufw takes no quote and no control character" % self.comment)

    def desired(self) -> State:
        comment = {"comment": self.comment} if self.comment else {}
        return {"action": self.action, "temporary": firewall.is_temporary(self.comment), **comment}

    def inspect(self, machine: Machine) -> State:
        found = [rule for rule in firewall.rules(machine) if self._is(rule)]
        if not found or {rule.family for rule in found} < self._families(machine):
            return None
        first = found[0]
        return {"action": first.action, "temporary": first.is_temporary, "comment": first.comment}

    def apply(self, machine: Machine, change: Change) -> None:
        if change.after is None:
            action = (change.before or {"action": self.action})["action"]
            machine.run(self.deletion(action))
        else:
            comment = change.after.get("comment") or self._mark(change)
            machine.run(["ufw", *self._words(change.after["action"]), "comment", comment])

    def deletion(self, action: str) -> List[str]:
        """The command that takes the rule away, which is one to do *action*; it has nothing against its absence."""
        return ["ufw", "--force", "delete", *self._words(action)]

    def _mark(self, change: Change) -> str:
        """The comment of who makes it; one that was there for good is somebody else's."""
        before = change.before or {"temporary": True}
        if not before["temporary"]:
            return str(before.get("comment", ""))
        return firewall.OF_APP + self.app if self.app else ""

    def _is(self, rule: firewall.Rule) -> bool:
        same_port = (rule.protocol, rule.port) == (self.proto, str(self.port))
        same_source = firewall.network(rule.source) == firewall.network(self.source)
        return rule.plain and not rule.profile and same_port and same_source

    def _families(self, machine: Machine) -> Set[int]:
        network = firewall.network(self.source)
        return {network.version} if network else set(firewall.families(machine))

    def _words(self, action: str) -> List[str]:
        # A rule that logs is recorded as allow_log and typed as "allow log".
        proto = [] if self.proto == "any" else ["proto", self.proto]
        return [*action.split("_"), "from", self.source, "to", "any", "port", str(self.port), *proto]


def _check_port(port: str, proto: str) -> None:
    ends = port.split(":")
    if len(ends) > 2 or not all(end.isdigit() and 0 < int(end) < 65536 for end in ends):
        raise ValueError("port %r; expected a number from 1 to 65535, or a range such as 8000:8100" % port)
    if len(ends) == 2 and (proto == "any" or int(ends[0]) >= int(ends[1])):
        raise ValueError("port %r; a range goes upwards and wants proto tcp or udp" % port)
