"""An app's history: what is no entry of it is left out."""

from __future__ import annotations

import os

import pytest

from deploytasks.agent.release.history import recall, remember
from deploytasks.agent.release.layout import App

SHOP = App("shop", "/srv/shop", "shop")
DEPLOYED = {"command": "deploy", "outcome": "changed"}


@pytest.mark.parametrize(
    "foreign",
    [
        '{"note": "mine"}',
        '{"time": "2026-11-21T10:15:00Z", "command": "deploy"}',
        "[]",
        "7",
        "{",
        "\ufffd\x00",
    ],
)
def test_a_line_that_is_no_entry_is_left_out(host, foreign):
    remember(host.machine, SHOP, DEPLOYED)
    with host.path(SHOP.history).open("a", encoding="utf-8") as file:
        file.write(foreign + "\n")
    remember(host.machine, SHOP, {"command": "rollback", "outcome": "ok"})
    assert [entry["command"] for entry in recall(host.machine, SHOP)] == ["deploy", "rollback"]


def test_it_is_for_its_owner_and_group(host):
    remember(host.machine, SHOP, DEPLOYED)
    assert os.stat(host.path(SHOP.history)).st_mode & 0o007 == 0
