"""Ports that are open for a time: in ufw's records, beside rules that last, and what shuts them."""

from __future__ import annotations

import pytest

from deploytasks.agent.engine.resource import Change
from deploytasks.agent.errors import StepError
from deploytasks.agent.firewall.firewall import rules
from deploytasks.agent.firewall.opening import Opening, openings
from deploytasks.agent.firewall.ufw_rule import UfwRule

NOON = 4070952000
SHOP = Opening(8000, "tcp", "any", NOON)
UNITS = "/etc/systemd/system"


def test_an_opening_is_a_rule_with_its_end_and_a_timer(host, machine):
    SHOP.begin(machine)
    assert openings(machine) == (SHOP,)
    assert SHOP.end == "2099-01-01T12:00:00Z"
    timer = host.path(f"{UNITS}/{SHOP.name}.timer").read_text()
    assert "\nOnCalendar=2099-01-01 12:00:00 UTC\n" in timer
    assert "\nPersistent=true\n" in timer


def test_what_shuts_it_looks_for_the_rule_that_ufw_has_recorded(host, machine):
    SHOP.begin(machine)
    service = host.path(f"{UNITS}/{SHOP.name}.service").read_text()
    recorded = host.path("/etc/ufw/user.rules").read_text().split("comment=")[1].strip()
    assert f"grep -qs comment={recorded} " in service
    assert "exec ufw --force delete allow from any to any port 8000 proto tcp;" in service


@pytest.mark.parametrize("source", ["any", "192.0.2.0/24", "2001:db8::/32"])
def test_it_leaves_nothing_when_it_is_shut(host, machine, source):
    before = host.snapshot(directories=False)
    opening = Opening(8000, "udp", source, NOON)
    opening.begin(machine)
    assert openings(machine) == (opening,)
    opening.shut(machine)
    assert host.snapshot(directories=False) == before


def test_a_longer_one_takes_the_place_of_a_shorter_one(host, machine):
    longer = Opening(8000, "tcp", "any", NOON + 60)
    SHOP.begin(machine)
    longer.begin(machine)
    SHOP.forget(machine)
    assert openings(machine) == (longer,)
    assert [path.stem for path in host.path(UNITS).glob("*.timer")] == [longer.name]


def test_when_it_cannot_be_begun_what_was_open_stays_open(host, machine):
    SHOP.begin(machine)
    before = host.snapshot(directories=False)
    host.fail("systemctl-enable")
    with pytest.raises(StepError):
        Opening(8000, "tcp", "any", NOON + 60).begin(machine)
    assert host.snapshot(directories=False) == before


def test_one_that_is_over_before_it_is_open_leaves_nothing_open(host, machine):
    before = host.snapshot(directories=False)
    with pytest.raises(StepError, match="8000/tcp took longer to open than it was to be open"):
        Opening(8000, "tcp", "any", 1).begin(machine)
    assert host.snapshot(directories=False) == before


def test_a_deploy_that_wants_the_port_open_makes_it_last(machine):
    SHOP.begin(machine)
    wanted = UfwRule("allow", 8000)
    change = Change(wanted.inspect(machine), wanted.desired())
    assert change
    wanted.apply(machine, change)
    assert not Change(wanted.inspect(machine), wanted.desired())
    assert openings(machine) == ()


@pytest.mark.parametrize(
    ("rule", "source", "decided"),
    [
        (UfwRule("allow", 8000), "192.0.2.0/24", True),
        (UfwRule("deny", "7000:9000"), "any", True),
        (UfwRule("allow", 8000, "any"), "any", True),
        (UfwRule("allow", 8000, source="192.0.2.0/24"), "192.0.2.7/32", True),
        (UfwRule("allow", 8000, source="192.0.2.0/24"), "any", False),
        (UfwRule("allow", 8000, source="192.0.2.0/24"), "198.51.100.0/24", False),
        (UfwRule("allow", 8000, source="192.0.2.0/24"), "2001:db8::/32", False),
        (UfwRule("allow", 8000, "udp"), "any", False),
        (UfwRule("allow", 8001), "any", False),
    ],
)
def test_a_rule_decides_about_a_port_for_all_of_a_source_or_not(machine, rule, source, decided):
    rule.apply(machine, Change(None, rule.desired()))
    assert any(found.decides(8000, "tcp", source) for found in rules(machine)) == decided
