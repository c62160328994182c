"""What the kernel's packet filter keeps out, where somebody else than ufw has told it to (nft(8)).

A chain that drops what no rule admits is a *barrier*. Its rules are read with caution: one that may admit a visitor
counts as one that does, so what is said to be shut is shut. ufw's own rules are such, as iptables' are none of
nftables' own words.
"""

from __future__ import annotations

import json
from typing import Any, Dict, Iterator, List, Tuple

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.frozen import frozen

Ranges = Tuple[Tuple[int, int], ...]
Expression = Dict[str, Any]
ALL: Ranges = ((1, 65535),)
NONE: Ranges = ()
LOOPBACK = "lo"
OF_OTHERS = ("icmp", "icmpv6", "ipv6-icmp", "udp", "igmp", "esp", "ah", "gre", "sctp")
"""Protocols that no visitor of a website speaks; HTTP/3 is none of ours."""
KNOWN = ("established", "related", "invalid", "untracked")
"""The states of connections that no visitor begins with (conntrack)."""


@frozen
class Barrier:
    """The chain called *name* drops what its rules do not admit: TCP to other ports than *opens*."""

    name: str
    opens: Ranges

    def admits(self, port: int) -> bool:
        """Whether a visitor may come through to *port*."""
        return any(low <= port <= high for low, high in self.opens)


def barriers(machine: Machine) -> Tuple[Barrier, ...]:
    """Those that stand before this machine's own ports; none where there is no nft(8)."""
    if not machine.has("nft"):
        return ()
    done = machine.ask(["nft", "-j", "list", "ruleset"], timeout_s=10)
    try:
        listed = json.loads(done.stdout)["nftables"] if done.ok else []
    except (ValueError, KeyError):
        return ()
    return tuple(_barriers(listed))


def _barriers(listed: List[Dict[str, Any]]) -> Iterator[Barrier]:
    rules: Dict[Tuple[str, ...], List[List[Expression]]] = {}
    for rule in (item["rule"] for item in listed if "rule" in item):
        rules.setdefault((rule["family"], rule["table"], rule["chain"]), []).append(rule["expr"])
    for chain in (item["chain"] for item in listed if "chain" in item):
        if chain.get("hook") == "input" and chain.get("policy") == "drop" and chain["family"] != "ip6":
            place = (chain["family"], chain["table"], chain["name"])
            yield Barrier(" ".join(place), tuple(_opened(rules, place, ALL, ())))


def _opened(
    rules: Dict[Tuple[str, ...], List[List[Expression]]],
    place: Tuple[str, ...],
    reached: Ranges,
    above: Tuple[Tuple[str, ...], ...],
) -> Iterator[Tuple[int, int]]:
    """The ports that the chain at *place* may admit of those by which it is *reached*; *above* are who led there."""
    for rule in rules.get(place, ()):
        ports = reached
        for expression in rule:
            ports = _within(ports, _matched(expression))
            target = (expression.get("jump") or expression.get("goto") or {}).get("target")
            if "accept" in expression:
                yield from ports
            elif target and (*place[:2], target) not in above:
                yield from _opened(rules, (*place[:2], target), ports, (*above, place))
            elif "vmap" in expression and not _is_of_states(expression["vmap"]):
                yield from ports


def _matched(expression: Expression) -> Ranges:
    """The ports of new visitors that a rule goes on with after *expression*."""
    match = expression.get("match")
    if match is None:
        return NONE if "xt" not in expression and _ends(expression) else ALL
    if match.get("op") not in ("==", "in"):
        return ALL
    return _of_match(match["left"], _values(match["right"]))


def _of_match(left: Any, values: List[Any]) -> Ranges:
    meta = left.get("meta", {}).get("key", "") if isinstance(left, dict) else ""
    payload = left.get("payload", {}) if isinstance(left, dict) else {}
    if meta in ("iif", "iifname"):
        return NONE if values == [LOOPBACK] else ALL
    if meta == "l4proto" or payload.get("field") in ("protocol", "nexthdr"):
        return NONE if all(value in OF_OTHERS for value in values) else ALL
    if payload.get("protocol") in OF_OTHERS:
        return NONE
    if payload.get("field") == "dport":
        return _ranges(values)
    if isinstance(left, dict) and left.get("ct", {}).get("key") == "state":
        return NONE if all(value in KNOWN for value in values) else ALL
    return ALL


def _values(right: Any) -> List[Any]:
    if isinstance(right, dict) and "set" in right:
        return list(right["set"])
    return right if isinstance(right, list) else [right]


def _ranges(values: List[Any]) -> Ranges:
    """The ports in *values*; all of them for what is not written out there, such as a named set."""
    found: List[Tuple[int, int]] = []
    for value in values:
        ends = value.get("range") if isinstance(value, dict) else [value, value]
        if not ends or not all(isinstance(end, int) for end in ends):
            return ALL
        found.append((ends[0], ends[1]))
    return tuple(found)


def _within(outer: Ranges, inner: Ranges) -> Ranges:
    both = ((max(a, c), min(b, d)) for a, b in outer for c, d in inner)
    return tuple((low, high) for low, high in both if low <= high)


def _ends(expression: Expression) -> bool:
    return any(verdict in expression for verdict in ("drop", "reject", "return"))


def _is_of_states(vmap: Dict[str, Any]) -> bool:
    """Whether it decides by the state of a connection alone, and admits none that is new."""
    key, data = vmap.get("key"), vmap.get("data")
    if not isinstance(key, dict) or "ct" not in key:
        return False
    pairs = data.get("set", []) if isinstance(data, dict) else []
    return bool(pairs) and all(state in KNOWN or "accept" not in verdict for state, verdict in pairs)
