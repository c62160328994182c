"""The inventory as a value: its hosts, groups, levels and the place of each value."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploytasks.errors import InventoryError
from deploytasks.inventory import Inventory

LEVELS = """\
[web]
h1 host=ini
[prod:children]
web
[all:vars]
all=ini
parent=ini-of-all
[prod:vars]
parent=ini
child=ini-of-parent
[web:vars]
child=ini
host=ini-of-child
"""


def names(hosts) -> list[str]:
    return [host.name for host in hosts]


def test_a_group_iterates_over_its_hosts_and_those_of_its_children(load) -> None:
    inventory = load("[prod:children]\nweb\n[prod]\nh9\n[web]\nh1\nh2\n")
    assert names(inventory["prod"]) == ["h9", "h1", "h2"]
    assert inventory["prod"].members == ("h9",)
    assert inventory["prod"].children == ("web",)
    assert len(inventory["web"]) == 2


def test_an_unknown_group_is_told_with_the_nearest_name(load) -> None:
    with pytest.raises(
        InventoryError, match=r'unknown group "wbe"; did you mean "web"\? groups: all, ungrouped, web'
    ):
        load("[web]\nh1\n")["wbe"]


def test_hosts_come_in_the_order_in_which_ansible_goes_through_them(load) -> None:
    inventory = load("[web]\nh2\nh1\n[db]\nh3\n[ungrouped]\nh0\n")
    assert names(inventory.hosts) == ["h0", "h2", "h1", "h3"]
    assert names(inventory) == names(inventory["all"])


def test_each_level_beats_the_one_before(load) -> None:
    host = load(LEVELS).hosts[0]
    assert host.variables == {"all": "ini", "parent": "ini", "child": "ini", "host": "ini"}


@pytest.mark.parametrize(
    ("name", "file", "line", "level"),
    [
        ("all", "inventory.ini", 6, "all"),
        ("parent", "inventory.ini", 9, "group prod"),
        ("child", "inventory.ini", 12, "group web"),
        ("host", "inventory.ini", 2, "host h1"),
    ],
)
def test_each_value_knows_its_line_and_level(load, name: str, file: str, line: int, level: str) -> None:
    origin = load(LEVELS).hosts[0].origin(name)
    assert (origin.file, origin.line, origin.level) == (file, line, level)
    assert str(origin) == f"{file}:{line}"


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("group_vars/all.yml", "all"),
        ("group_vars/prod.yml", "parent"),
        ("group_vars/web.yml", "child"),
        ("host_vars/h1.yml", "host"),
    ],
)
def test_a_file_beats_the_ini_at_its_level_and_no_nearer_one(load, file: str, name: str) -> None:
    everything = "\n# c\nall: file\nparent: file\nchild: file\nhost: file\n"
    host = load(LEVELS, {file: everything}).hosts[0]
    order = ["all", "parent", "child", "host"]
    assert [host.variables[key] for key in order] == [
        "file" if order.index(key) <= order.index(name) else "ini" for key in order
    ]
    assert str(host.origin(name)) == f"{file}:{order.index(name) + 3}"


def test_groups_of_a_host_are_listed_from_parent_to_child(load) -> None:
    assert load(LEVELS).hosts[0].groups == ("prod", "web")


def test_all_errors_of_a_file_are_told_at_once_in_order(complaint) -> None:
    message = complaint("h1 x\nh2:0\n[web:children]\nnope\n[web:vars]\ny\n")
    assert [line.split(": ")[0] for line in message.splitlines()] == [
        f"inventory.ini:{n}" for n in (1, 2, 6, 4)
    ]


def test_an_error_of_a_range_is_told_once(complaint) -> None:
    assert len(complaint("w[1:50] ansible_port=0\n").splitlines()) == 1


def test_errors_of_variable_files_are_told_together_with_those_of_the_ini(complaint) -> None:
    message = complaint("h1 x\nh2\n", {"group_vars/all.yml": "a: [\n"})
    assert "inventory.ini:1" in message
    assert "group_vars/all.yml:2" in message


def test_values_are_filled_in_when_they_are_asked_for(load) -> None:
    (host,) = load("h1 motd='{{ inventory_hostname }} {{ x }}' x=1 broken='{{ nowhere }}'\n")
    assert host.variables["motd"] == "h1 1"
    assert host.with_variables({"x": 2}, host.origins["x"]).variables["motd"] == "h1 2"


def test_the_ansible_document_can_be_narrowed(load) -> None:
    inventory = load("[web]\nh1 a=1\nh2 a=2\n[db]\nh3\n")
    assert inventory.to_ansible(inventory.select("h2")) == {
        "all": {"children": ["ungrouped", "web", "db"]},
        "web": {"hosts": ["h2"]},
        "_meta": {"hostvars": {"h2": {"a": 2}}},
    }


def test_two_apps_may_share_a_machine(load) -> None:
    inventory = load("a ansible_host=10.0.0.1 app_name=a\nb ansible_host=10.0.0.1 app_name=b\n")
    assert len(inventory) == 2


def test_machines_behind_different_jump_hosts_are_different(load) -> None:
    jump = "ansible_host=10.0.0.1 ansible_ssh_common_args='-J {}'"
    assert len(load(f"a {jump.format('north')}\nb {jump.format('south')}\n")) == 2


def test_a_file_that_is_not_there(tmp_path) -> None:
    with pytest.raises(InventoryError, match=r"file not found: .*nosuch\.ini"):
        Inventory.load(tmp_path / "nosuch.ini")


def test_an_empty_directory_is_no_inventory(tmp_path) -> None:
    with pytest.raises(InventoryError, match="has no hosts; expected a file with a host in it"):
        Inventory.load(tmp_path)


def test_a_directory_that_leads_back_to_itself_is_told(tmp_path) -> None:
    (tmp_path / "a").write_text("h1\n")
    (tmp_path / "b").symlink_to(tmp_path)
    with pytest.raises(InventoryError, match="b: leads back to .*; remove this link"):
        Inventory.load(tmp_path)


def test_variables_beside_the_tasks_file_beat_those_beside_the_inventory(load, tmp_path) -> None:
    load("h1\n", {"ops/hosts": "h1\n", "ops/host_vars/h1": "a: ops\nb: ops\n", "host_vars/h1": "b: here\n"})
    (host,) = Inventory.load("ops/hosts", beside=".")
    assert host.variables == {"a": "ops", "b": "here"}
    assert [str(host.origin(name)) for name in "ab"] == ["ops/host_vars/h1:1", "host_vars/h1:1"]


def test_each_value_of_a_yaml_inventory_knows_its_line_and_level(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = "all:\n  vars:\n    a: 1\n  children:\n    web:\n      vars: {b: 1}\n"
    text += "      hosts:\n        h1:\n          c: [1,\n 2]\n"
    Path("hosts.yml").write_text(text)
    (host,) = Inventory.load("hosts.yml")
    origins = [host.origin(name) for name in "abc"]
    assert [(str(origin), origin.level) for origin in origins] == [
        ("hosts.yml:3", "all"),
        ("hosts.yml:6", "group web"),
        ("hosts.yml:9", "host h1"),
    ]


def test_each_value_of_a_toml_inventory_knows_its_line(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("hosts.toml").write_text(
        "[web.vars]\na = 1\nb.c = 1\n[web.hosts]\nh1 = {d = 2}\n[web.hosts.'h2.x']\n\ne = 1\n"
    )
    h1, h2 = Inventory.load("hosts.toml")
    assert [str(h1.origin(name)) for name in "abd"] == [f"hosts.toml:{line}" for line in (2, 3, 5)]
    assert str(h2.origin("e")) == "hosts.toml:8"


def test_what_an_inventory_was_read_from_is_known(load, tmp_path) -> None:
    load("h1\n", {"ops/a": "h1\n", "ops/b.yml": "web: {hosts: {h2: }}\n", "ops/group_vars/web": "a: 1\n"})
    for host in Inventory.load("ops"):
        assert host.sources == ("ops/a", "ops/b.yml", "ops/group_vars")


def test_an_inventory_in_yaml_may_have_more_values_than_aliases_may_make(tmp_path) -> None:
    hosts = "".join(f"    h{number}: {{a: [{'1,' * 30}]}}\n" for number in range(4000))
    (tmp_path / "hosts.yml").write_text(f"all:\n  hosts:\n{hosts}")
    assert len(Inventory.load(tmp_path / "hosts.yml")) == 4000


@pytest.mark.parametrize("text", ["[" * 100_000, "a: " + "- " * 100_000, "{a: " * 10_000, "? " * 50_000])
def test_what_nests_without_end_is_told_in_one_sentence(text: str, tmp_path) -> None:
    (tmp_path / "hosts.yml").write_text(text)
    with pytest.raises(InventoryError, match=r"hosts.yml:1: .*"):
        Inventory.load(tmp_path / "hosts.yml")


def test_reading_two_thousand_hosts_finds_each_of_them(load) -> None:
    assert len(load("[web]\nweb[0001:2000].example.com\n")) == 2000
