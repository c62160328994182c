"""The firewall: rules as ufw records them, and never shut out."""

from __future__ import annotations

import dataclasses

import pytest

from deploytasks.agent.engine.resource import Change
from deploytasks.agent.errors import StepError
from deploytasks.agent.firewall.ufw import Ufw
from deploytasks.agent.firewall.ufw_rule import UfwRule

RULES = "/etc/ufw/user.rules"
RULES_6 = "/etc/ufw/user6.rules"


def rule(text, anywhere="0.0.0.0/0"):
    """A line as ufw 0.36 writes it; ``*`` stands for anywhere."""
    return "### tuple ### %s\n" % text.replace("*", anywhere)


@pytest.mark.parametrize(
    ("record", "wanted"),
    [
        ("allow tcp 80 * any * in", UfwRule("allow", 80)),
        ("allow tcp 80 * any * in comment=776562", UfwRule("allow", 80, comment="web")),
        ("limit any 53 * any * in", UfwRule("limit", 53, "any")),
        ("deny udp 8000:8100 * any * in", UfwRule("deny", "8000:8100", "udp")),
    ],
)
def test_a_recorded_rule_is_found(host, record, wanted):
    host.write(RULES, rule(record))
    host.write(RULES_6, rule(record, "::/0"))
    assert not Change(wanted.inspect(host.machine), wanted.desired())


@pytest.mark.parametrize(
    "record",
    [
        "allow udp 80 * any * in",
        "allow any 80 * any * in",
        "allow tcp 8080 * any * in",
        "allow tcp 80 * any * out",
        "allow tcp 80 * any * in_eth0",
        "allow tcp 80 * any 10.0.0.0/8 in",
        "allow tcp 80 10.0.0.1 any * in",
        "allow tcp 80 * 1024 * in",
        "allow tcp 80 * any * Nginx%20HTTP - in",
    ],
)
def test_a_rule_for_something_else_is_not_taken_for_it(host, record):
    host.write(RULES, rule(record))
    host.write(RULES_6, rule(record, "::/0"))
    assert UfwRule("allow", 80).inspect(host.machine) is None


def test_a_rule_that_ipv6_lacks_is_absent_where_ufw_filters_ipv6(host):
    host.write(RULES, rule("allow tcp 80 * any * in"))
    assert UfwRule("allow", 80).inspect(host.machine) is None
    host.write("/etc/default/ufw", "IPV6=no\n")
    assert UfwRule("allow", 80).inspect(host.machine) == {
        "action": "allow",
        "temporary": False,
        "comment": "",
    }


@pytest.mark.parametrize("source", ["10.1.2.3/24", "10.1.2.0/24"])
def test_a_range_is_compared_as_a_range(host, source):
    host.write(RULES, rule("allow tcp 80 * any 10.1.2.0/24 in"))
    assert UfwRule("allow", 80, source=source).inspect(host.machine)


def test_a_rule_that_logs_is_brought_back_as_one(host):
    line = rule("allow_log tcp 80 * any * in")
    host.write(RULES, line)
    host.write("/etc/default/ufw", "IPV6=no\n")
    wanted, machine = UfwRule("deny", 80), host.machine
    before = wanted.inspect(machine)
    wanted.apply(machine, Change(before, wanted.desired()))
    assert host.path(RULES).read_text() == rule("deny tcp 80 * any * in")
    wanted.apply(machine, Change(wanted.inspect(machine), before))
    assert host.path(RULES).read_text() == line


@pytest.mark.parametrize(
    "wrong",
    [
        {"action": "accept"},
        {"port": 0},
        {"port": 65536},
        {"port": "80,443"},
        {"port": "90:80"},
        {"port": "80:90", "proto": "any"},
        {"port": "http"},
        {"proto": "icmp"},
        {"source": "example.com"},
        {"source": "10.0.0.0/33"},
        {"comment": "it's"},
        {"comment": "a\nb"},
    ],
    ids=str,
)
def test_what_ufw_would_refuse_is_refused_on_the_controller(wrong):
    with pytest.raises(ValueError, match=r"."):
        UfwRule(**{"action": "allow", "port": 80, **wrong})


def turn_on(host, **options):
    wanted, machine = Ufw(**options), host.machine
    wanted.apply(machine, Change(wanted.inspect(machine), wanted.desired()))
    return wanted.inspect(machine)


@pytest.mark.fault(86, 87)
@pytest.mark.parametrize(
    "record",
    [
        "allow tcp 2222 * any * in",
        "limit tcp 2222 * any * in comment=73",
        "allow any 2222 * any * in",
        "allow tcp 22,2222 * any * in",
        "allow tcp 2000:3000 * any * in",
        "allow tcp 2222 * any 10.0.0.0/8 in",
        "allow tcp 2222 * any * OpenSSH - in",
        "allow any any * any 10.0.0.1 in",
    ],
)
def test_it_goes_on_when_ssh_is_admitted(host, record):
    host.write(RULES, rule(record))
    assert turn_on(host, ssh_port=2222) == {"enabled": True}


@pytest.mark.bad_input(62)
@pytest.mark.fault(85, 87)
@pytest.mark.parametrize(
    "record",
    [
        "",
        "allow tcp 22 * any * in",
        "deny tcp 2222 * any * in",
        "allow udp 2222 * any * in",
        "allow tcp 2222 * any * out",
        "allow tcp 2222 * any * in_wg0",
        "allow tcp 22 * any * OpenSSH - in",
    ],
)
def test_it_stays_off_when_ssh_would_be_shut_out(host, record):
    host.write(RULES, rule(record))
    with pytest.raises(StepError, match="no ufw rule admits SSH at port 2222, so ufw would lock you out"):
        turn_on(host, ssh_port=2222)
    assert host.calls == []


def test_an_unknown_ssh_port_is_taken_for_22(host):
    host.write(RULES, rule("allow tcp 22 * any * in"))
    assert turn_on(host) == {"enabled": True}


def test_nobody_is_shut_out_by_a_firewall_that_admits_by_default(host):
    host.write("/etc/default/ufw", 'IPV6=yes\nDEFAULT_INPUT_POLICY="ACCEPT"\n')
    assert turn_on(host, ssh_port=2222) == {"enabled": True}


def test_a_firewall_that_is_set_on_but_not_in_the_kernel_is_off(host):
    host.write("/etc/ufw/ufw.conf", "ENABLED=yes\n")
    assert Ufw().inspect(host.machine) == {"enabled": False}
    host.write(RULES, rule("allow tcp 22 * any * in"))
    assert turn_on(host) == {"enabled": True}


class Visited:
    """*host* with a controller, whose second connection is *refused*; *before* is what had been done by then."""

    def __init__(self, host, refused=""):
        host.write(RULES, rule("allow tcp 22 * any * in"))
        self.host, self.refused, self.before = host, refused, []
        self.machine = dataclasses.replace(host.machine, knock=self.knock)

    def knock(self, port):
        self.before += self.calls
        return self.refused

    @property
    def calls(self):
        """What was done; questions to iptables(8) are not."""
        return [call for call in self.host.calls if not call.startswith("iptables")]

    def turn(self, *, on):
        wanted = Ufw(enabled=on)
        wanted.apply(self.machine, Change(wanted.inspect(self.machine), wanted.desired()))
        return wanted.inspect(self.machine)["enabled"]


CALL_OFF = "systemctl stop -- deploytasks-way-back.timer"


def test_the_way_back_is_prepared_before_it_goes_on_and_called_off_when_the_host_was_reached(host):
    visited = Visited(host)
    assert visited.turn(on=True) is True
    first, prepared, went_on = (call.split(" --")[0] for call in visited.before)
    assert (first, prepared, went_on) == ("systemctl stop", "systemd-run", "ufw")
    assert visited.calls[len(visited.before) :] == [CALL_OFF]


def test_a_way_back_that_had_begun_when_it_was_called_off_is_told(host):
    visited = Visited(host)
    host.fail("systemctl-stop")
    with pytest.raises(StepError, match="heard too late"):
        visited.turn(on=True)


def test_where_the_host_is_not_reached_the_way_back_stays_open_until_it_is_off(host):
    visited = Visited(host, "no answer")
    with pytest.raises(StepError, match="nobody could connect") as error:
        visited.turn(on=True)
    assert error.value.output == "no answer"
    assert visited.calls == visited.before
    assert visited.turn(on=False) is False
    assert visited.calls[len(visited.before) :] == ["ufw --force disable", CALL_OFF]
