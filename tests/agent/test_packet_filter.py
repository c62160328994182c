"""Which ports a packet filter of somebody else's keeps out is told where that is sure."""

from __future__ import annotations

import json

import pytest

from deploytasks.agent.errors import ControllerGone, StepError
from deploytasks.agent.firewall.packet_filter import barriers
from deploytasks.agent.release.runtime.way_in import WayIn


def match(left, right, op="=="):
    return {"match": {"op": op, "left": left, "right": right}}


PORT = {"payload": {"protocol": "tcp", "field": "dport"}}
STATE = {"ct": {"key": "state"}}
ACCEPT = {"accept": None}
USUAL = (
    [match({"meta": {"key": "iifname"}}, "lo"), ACCEPT],
    [match(STATE, ["established", "related"], "in"), ACCEPT],
    [match({"meta": {"key": "l4proto"}}, "icmp"), {"counter": {"packets": 0, "bytes": 0}}, ACCEPT],
    [match(PORT, 22), ACCEPT],
)
BY_STATES = {
    "vmap": {
        "key": STATE,
        "data": {"set": [["established", ACCEPT], ["related", ACCEPT], ["invalid", {"drop": None}]]},
    }
}


def filtered(host, *rules, chain="input", policy="drop", more=()):
    own = {"family": "inet", "table": "filter"}
    chains = [{"chain": {**own, "name": "input", "hook": "input", "prio": 0, "policy": policy}}]
    listed = [{"rule": {**own, "chain": chain, "expr": expr}} for expr in rules]
    host.write("/run/nft.json", json.dumps({"nftables": [{"metainfo": {}}, *chains, *listed, *more]}))


def is_open(host, port):
    return all(barrier.admits(port) for barrier in barriers(host.machine))


def test_what_no_rule_admits_is_shut(host):
    filtered(host, *USUAL)
    assert (is_open(host, 22), is_open(host, 80)) == (True, False)
    assert [barrier.name for barrier in barriers(host.machine)] == ["inet filter input"]


def test_the_states_of_connections_that_are_there_admit_no_visitor(host):
    filtered(host, [BY_STATES], *USUAL)
    assert not is_open(host, 80)


@pytest.mark.parametrize(
    "rule",
    [
        [match(PORT, 80), ACCEPT],
        [match(PORT, {"set": [22, 80, 443]}), ACCEPT],
        [match(PORT, {"range": [1, 1023]}), ACCEPT],
        [match(PORT, {"set": [{"range": [80, 90]}]}), ACCEPT],
        [match(PORT, "@web"), ACCEPT],
        [match({"payload": {"protocol": "ip", "field": "saddr"}}, "10.0.0.1"), ACCEPT],
        [match({"meta": {"key": "iifname"}}, "eth0"), ACCEPT],
        [{"xt": {"type": "match", "name": "tcp"}}, ACCEPT],
        [{"vmap": {"key": PORT, "data": "@ports"}}],
        [ACCEPT],
    ],
)
def test_a_rule_that_may_admit_a_visitor_counts_as_one_that_does(host, rule):
    filtered(host, *USUAL, rule)
    assert is_open(host, 80)


def test_a_rule_in_a_chain_that_is_jumped_to_counts(host):
    jump = [match(PORT, {"range": [80, 81]}), {"jump": {"target": "web"}}]
    in_web = {"rule": {"family": "inet", "table": "filter", "chain": "web", "expr": [ACCEPT]}}
    filtered(host, *USUAL, jump, more=[in_web])
    assert (is_open(host, 80), is_open(host, 82)) == (True, False)


def test_where_what_no_rule_is_about_is_admitted_there_is_no_barrier(host):
    filtered(host, *USUAL, policy="accept")
    assert is_open(host, 80)


def test_without_nft_nothing_is_known(host, bare_machine):
    assert barriers(bare_machine) == ()


def test_a_shut_port_is_told_with_the_rule_that_opens_it(host):
    filtered(host, *USUAL)
    with pytest.raises(
        StepError, match="nftables' chain inet filter input .* Add to it: tcp dport 80 accept"
    ):
        WayIn(80).run(host.machine)


def test_what_stands_elsewhere_is_told_and_no_failure(host):
    machine = host.machine
    machine.knock = {80: "no answer from 192.0.2.1 within 3 s"}.get
    WayIn(80).run(machine)
    (told,) = host.said
    assert told.startswith("port 80 cannot be reached from where this was begun: no answer from 192.0.2.1")


def test_a_controller_that_is_gone_knocks_nowhere_and_its_deploy_stands(host):
    def knock(port):
        raise ControllerGone(f"nobody to knock at {port}")

    machine = host.machine
    machine.knock = knock
    WayIn(80).run(machine)
    assert host.said == []
