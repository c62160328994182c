"""Verdicts on what a host is like, each from one thing that differs from a host where all is well."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from deploytasks.agent.firewall.firewall import Rule
from deploytasks.agent.firewall.packet_filter import Barrier
from deploytasks.agent.release.examined import Certificate, Disk, Examined, Firewall
from deploytasks.agent.release.facts import Facts
from deploytasks.agent.release.unread_files import Unread
from deploytasks.planning.checkup import Finding, Needs, Verdict, findings

NOW = 1_800_000_000.0
DAY_S = 86_400
DISK = Disk("/srv/shop", free_mb=9000, free_inodes=500_000, read_only=False)
OPEN = Rule(4, "allow", "tcp", "22,80", "0.0.0.0/0", "", "", plain=True)
SHUT = Firewall(on=True, refuses=True, rules=())
SHUTS, OPENS = Barrier("inet filter input", ((22, 22),)), Barrier("inet filter input", ((1, 1023),))
WELL = Examined(
    facts=Facts(),
    clock=NOW + 1,
    systemd="running",
    disks=(DISK,),
    memory_mb=900,
    listeners={"22": "sshd", "80": "nginx"},
    firewall=replace(SHUT, rules=(OPEN,)),
    certificates=(Certificate("/etc/ssl/shop.pem", NOW + 60 * DAY_S),),
    addresses=("192.0.2.7",),
)
SHOP = Needs("nginx", (80,), ("shop.test",), (("192.0.2.7",),), "ufw")


def found(needs: Needs = SHOP, **differing: Any) -> list[Finding]:
    return list(findings(needs, replace(WELL, **differing), NOW))


def of(check: str, needs: Needs = SHOP, **differing: Any) -> tuple[Verdict, str]:
    """The verdict of the only finding of *check*, and all that it says."""
    (one,) = [finding for finding in found(needs, **differing) if finding.check == check]
    return one.verdict, f"{one.found}; {one.advice}"


def test_a_packet_filter_that_may_admit_visitors_is_no_finding():
    assert [finding.check for finding in found(barriers=(OPENS,)) if finding.check == "packet filter"] == []


def test_a_port_that_cannot_be_reached_from_here_is_told_where_visitors_on_the_host_get_the_app():
    needs = replace(SHOP, unreached={80: "no answer from 192.0.2.7 within 3 s"})
    told = [finding.found for finding in found(needs, visit="ok") if finding.verdict is Verdict.DOUBTFUL]
    assert told == ["port 80 cannot be reached from here: no answer from 192.0.2.7 within 3 s"]


def test_uploads_that_the_web_server_cannot_read_are_told_with_the_line_that_helps():
    verdict, said = of("static files", unread=(Unread("/srv/shop/shared/uploads", 3, "a.jpg", "0600"),))
    assert verdict is Verdict.DOUBTFUL
    assert (
        "nginx cannot read 3 of what it serves from /srv/shop/shared/uploads, such as a.jpg (mode 0600)"
        in said
    )
    assert said.endswith("chmod -R g+rX /srv/shop/shared/uploads")


def test_where_all_is_well_every_check_says_so_and_has_no_advice():
    checks = ["system", "disk", "memory", "clock", "port", "firewall", "name", "certificate"]
    assert [finding.check for finding in found()] == checks
    assert {(finding.verdict, finding.advice) for finding in found()} == {(Verdict.GOOD, "")}


@pytest.mark.parametrize(
    ("check", "differing", "verdict", "said"),
    [
        ("system", {"facts": Facts(systemd=False)}, Verdict.BAD, "systemd"),
        ("system", {"facts": Facts(distribution="alpine")}, Verdict.DOUBTFUL, "debian and ubuntu"),
        (
            "restrictions",
            {"facts": Facts(unable=("PrivateUsers=yes",))},
            Verdict.DOUBTFUL,
            "PrivateUsers=yes here",
        ),
        ("system", {"systemd": "degraded"}, Verdict.DOUBTFUL, "systemctl --failed"),
        ("disk", {"disks": [replace(DISK, read_only=True)]}, Verdict.BAD, "/srv/shop: read-only"),
        ("disk", {"disks": [replace(DISK, free_mb=150)]}, Verdict.BAD, "150 MiB free"),
        ("disk", {"disks": [replace(DISK, free_mb=500)]}, Verdict.DOUBTFUL, "inv prune"),
        ("disk", {"disks": [replace(DISK, free_inodes=9)]}, Verdict.DOUBTFUL, "9 inodes"),
        ("disk", {"disks": [replace(DISK, free_inodes=None)]}, Verdict.GOOD, "9000 MiB free; "),
        ("memory", {"memory_mb": 100}, Verdict.DOUBTFUL, "100 MiB available"),
        ("memory", {"memory_mb": None}, Verdict.DOUBTFUL, "not known"),
        ("clock", {"clock": NOW - 30}, Verdict.DOUBTFUL, "30 s behind"),
        ("clock", {"clock": NOW + 63_072_000}, Verdict.BAD, "63072000 s ahead of"),
        ("port", {"listeners": {"80": "lighttpd"}}, Verdict.BAD, "80 is taken by lighttpd; stop lighttpd"),
        ("port", {"listeners": {"80": "apache2"}}, Verdict.BAD, "80 is taken by apache2; stop apache2"),
        (
            "port",
            {"listeners": {"80": "apache2"}, "serving": ("apache2",)},
            Verdict.GOOD,
            "which serves the app",
        ),
        (
            "packet filter",
            {"barriers": (SHUTS,)},
            Verdict.BAD,
            "admits nobody to port 80; add to it: tcp dport 80",
        ),
        (
            "visitors",
            {"visit": "visitors of http://shop.test do not get the app: x"},
            Verdict.BAD,
            "do not get",
        ),
        (
            "release",
            {"prospect": "its Python is gone: it cannot start again; x"},
            Verdict.BAD,
            "cannot start again",
        ),
        (
            "release",
            {"prospect": "its Python is whatever python3 is; x"},
            Verdict.DOUBTFUL,
            "whatever python3 is",
        ),
        ("visitors", {"visit": "ok"}, Verdict.GOOD, "get the app"),
        ("port", {"listeners": {}}, Verdict.GOOD, "80 is free"),
        ("firewall", {"firewall": replace(SHUT, on=False)}, Verdict.GOOD, "SSH first"),
        (
            "firewall",
            {"firewall": SHUT},
            Verdict.GOOD,
            "22, 80; a deploy does",
        ),
        ("name", {"addresses": ["10.0.0.3"]}, Verdict.DOUBTFUL, "leads to 192.0.2.7"),
        ("certificate", {"certificates": [Certificate("/x.pem", NOW - 1)]}, Verdict.BAD, "has expired"),
        (
            "certificate",
            {"certificates": [Certificate("/x.pem", NOW + 3.5 * DAY_S)]},
            Verdict.DOUBTFUL,
            "3 days left",
        ),
    ],
)
def test_what_differs_has_its_verdict(check, differing, verdict, said):
    got, text = of(check, **differing)
    assert got is verdict
    assert said in text
    others = {finding.verdict for finding in found(**differing) if finding.check != check}
    assert others == {Verdict.GOOD}


def test_a_rule_for_one_address_opens_a_port_for_nobody_else_but_is_enough_for_ssh():
    office = replace(OPEN, source="192.0.2.0/24")
    assert "no rule opens 80; a deploy does" in of("firewall", firewall=replace(SHUT, rules=(office,)))[1]


def test_a_port_that_no_deploy_opens_is_doubtful_while_it_is_shut():
    alone = Needs("systemd", (8000,), firewall="ufw", opens=False)
    verdict, said = of("firewall", alone)
    assert (verdict, "inv allow --port 8000" in said) == (Verdict.DOUBTFUL, True)
    opened = replace(SHUT, rules=(OPEN, replace(OPEN, port="8000")))
    assert of("firewall", alone, firewall=opened)[0] is Verdict.GOOD


def test_without_a_firewall_of_ours_shut_ports_are_the_users_own_business():
    assert of("firewall", Needs("nginx", (80,)), firewall=SHUT)[0] is Verdict.DOUBTFUL
    assert of("firewall", Needs("nginx", (80,)), firewall=replace(SHUT, refuses=False))[0] is Verdict.GOOD


@pytest.mark.parametrize(("has_acme", "verdict"), [(True, Verdict.BAD), (False, Verdict.DOUBTFUL)])
def test_a_name_that_leads_nowhere_is_bad_where_an_authority_asks_for_it(has_acme, verdict):
    nowhere = Needs("nginx", (80,), ("shop.test",), ((),), "ufw", has_acme=has_acme)
    assert of("name", nowhere) == (
        verdict,
        "shop.test leads nowhere; make a DNS record of type A or AAAA for it",
    )
