"""A rule that was made for an app goes with the app's need of it; somebody else's stays."""

from __future__ import annotations

import json

import pytest

from deploytasks.agent.engine.plan import Step
from deploytasks.agent.engine.resource import Change
from deploytasks.agent.firewall import firewall
from deploytasks.agent.firewall.ufw_rule import UfwRule
from deploytasks.agent.release.only_ufw_rules import OnlyUfwRules
from tests.agent.shop import ONE, Shop


def make(host, rule):
    machine = host.machine
    change = Change(rule.inspect(machine), rule.desired())
    if change:
        rule.apply(machine, change)


def only(host, *ports, app="shop"):
    make(host, OnlyUfwRules(app, tuple((port, "tcp") for port in ports)))


def rules(host):
    return {(rule.port, rule.comment) for rule in firewall.rules(host.machine)}


def test_a_rule_is_marked_by_who_makes_it(host):
    make(host, UfwRule("allow", 80, app="shop"))
    assert rules(host) == {("80", "deploytasks: for shop")}


def test_the_rule_of_a_port_that_the_app_has_no_longer_goes(host):
    for port in (80, 8081):
        make(host, UfwRule("allow", port, app="shop"))
    only(host, "80")
    assert rules(host) == {("80", "deploytasks: for shop")}


@pytest.mark.parametrize("comment", ["", "the intranet"])
def test_a_rule_that_was_there_before_stays_whose_it_was(host, comment):
    make(host, UfwRule("allow", 80, comment=comment))
    make(host, UfwRule("allow", 80, app="shop"))
    only(host)
    assert rules(host) == {("80", comment)}


def test_one_that_was_denied_by_somebody_is_not_taken_for_ours(host):
    make(host, UfwRule("deny", 80, comment="no web"))
    make(host, UfwRule("allow", 80, app="shop"))
    only(host)
    assert rules(host) == {("80", "no web")}


def test_one_that_was_to_go_by_itself_is_the_apps_from_now_on(host):
    make(host, UfwRule("allow", 80, comment=firewall.UNTIL + "2030-01-01T00:00:00Z"))
    make(host, UfwRule("allow", 80, app="shop"))
    assert rules(host) == {("80", "deploytasks: for shop")}


def test_what_another_app_needs_as_well_becomes_its_own(host):
    make(host, UfwRule("allow", 80, app="old"))
    shop = Shop(host)
    shop.deploy(ONE, Step("allow 80", UfwRule("allow", 80, app="shop")))
    owner = {"format": 1, "app": "shop", "root": "/srv/shop", "user": host.user, "project": "", "adopted": []}
    host.write("/var/lib/deploytasks/shop/owner.json", json.dumps(owner))
    only(host, app="old")
    assert rules(host) == {("80", "deploytasks: for shop")}
