"""An ansible.cfg is found where Ansible finds it, and what it says counts for less than anything else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deploytasks.errors import InventoryError
from deploytasks.inventory import Inventory
from deploytasks.inventory.ansible_cfg import found_cfg, read_cfg
from tests.inv import inv

CFG = """\
[defaults]
# the way in
inventory = hosts/prod, more.yml
remote_user=deploy
private_key_file = keys/id
host_key_checking = False
vault_password_file: ../pw
[privilege_escalation]
remote_user = nobody
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    for name in ("DEPLOYTASKS_INVENTORY", "DEPLOYTASKS_HOST", "ANSIBLE_INVENTORY", "ANSIBLE_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    Path("ansible.cfg").write_text(CFG)
    Path("hosts").mkdir()
    Path("hosts/prod").write_text("[web]\nh1\nh2 ansible_ssh_user=root ansible_ssh_common_args='-p 22'\n")
    Path("more.yml").write_text("web: {hosts: {h3: }}\n")
    Path("tasks.py").write_text("from deploytasks.tasks import ns\n")
    return tmp_path


def test_it_says_how_to_reach_hosts_that_say_nothing(project) -> None:
    hosts = Inventory.load("hosts/prod", defaults=read_cfg("ansible.cfg").settings).hosts
    assert [host.connection.user for host in hosts] == ["deploy", "root"]
    assert [host.connection.key_file for host in hosts] == ["keys/id", "keys/id"]
    assert [host.connection.ssh.strict_host_key_checking for host in hosts] == ["accept-new", None]
    assert [str(hosts[0].origin(name)) for name in ("ansible_user", "ansible_ssh_common_args")] == [
        "ansible.cfg:4",
        "ansible.cfg:6",
    ]


def test_it_is_no_part_of_what_ansible_inventory_prints(project) -> None:
    inventory = Inventory.load("more.yml", defaults=read_cfg("ansible.cfg").settings)
    assert inventory.to_ansible()["_meta"] == {"hostvars": {"h3": {}}}


def test_its_inventory_is_used_when_nobody_names_another(project) -> None:
    told = json.loads(inv("hosts", "--json", cwd=project).stdout)
    assert told["web"]["hosts"] == ["h1", "h2", "h3"]
    Path("inventory.ini").write_text("h9\n")
    assert json.loads(inv("hosts", "--json", cwd=project).stdout)["ungrouped"] == {"hosts": ["h9"]}


def test_its_paths_lead_from_where_it_lies(project) -> None:
    found = read_cfg("sub/../ansible.cfg") if Path("sub").mkdir() is None else None
    assert found.inventory == ["sub/../hosts/prod", "sub/../more.yml"]
    assert found.vault_ids == ["sub/../../pw"]


def test_the_first_that_there_is_counts(project) -> None:
    Path("home").mkdir()
    Path("home/.ansible.cfg").write_text("[defaults]\nremote_user = home\n")
    Path("other.cfg").write_text("[defaults]\nremote_user = other\n")
    assert found_cfg({"ANSIBLE_CONFIG": "other.cfg"}).values["remote_user"] == "other"
    assert found_cfg({}).values["remote_user"] == "deploy"
    Path("ansible.cfg").unlink()
    assert found_cfg({}).values["remote_user"] == "home"


def test_that_of_a_directory_in_which_anybody_may_write_does_not_count(project) -> None:
    Path().chmod(0o777)
    assert found_cfg({}).path != "ansible.cfg"


def test_what_is_no_configuration_is_told_with_its_line(project) -> None:
    Path("ansible.cfg").write_text("[defaults]\nx = 1\nnothing\n")
    with pytest.raises(InventoryError, match=r"^ansible.cfg:3: no configuration"):
        found_cfg({})
