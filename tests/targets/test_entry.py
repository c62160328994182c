"""Targets come and go in an inventory that belongs to its user."""

from __future__ import annotations

from deploytasks.targets.entry import with_entry, without_entry, write_entry

USERS_OWN = "; mine\n[targets]\nold ansible_port=1\n\n[targets:vars]\napp_name=hello\n"


def test_an_empty_inventory_gets_the_group_and_the_entry():
    assert with_entry("", "web", "web ansible_port=2") == "[targets]\nweb ansible_port=2\n"


def test_an_entry_goes_under_its_group_and_leaves_the_rest_alone():
    expected = USERS_OWN.replace("[targets]\n", "[targets]\nweb ansible_port=2\n")
    assert with_entry(USERS_OWN, "web", "web ansible_port=2") == expected


def test_a_new_address_replaces_the_old_entry():
    assert with_entry(USERS_OWN, "old", "old ansible_port=3") == USERS_OWN.replace("port=1", "port=3")


def test_variables_that_the_user_wrote_behind_an_entry_stay():
    text = USERS_OWN.replace("port=1", "port=1 app_name=shop")
    assert with_entry(text, "old", "old ansible_port=1") == text


def test_only_the_named_host_leaves():
    text = "[targets]\nweb a=1\nweb2 a=1\nweb\n"
    assert without_entry(text, "web") == "[targets]\nweb2 a=1\n"


def test_an_unchanged_inventory_is_not_written(tmp_path):
    inventory = tmp_path / "inventory.ini"
    write_entry(inventory, "web", "web ansible_port=2")
    before = inventory.stat()
    write_entry(inventory, "web", "web ansible_port=2")
    assert (inventory.stat().st_ino, inventory.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
