"""Which inventory a command works with: what ``--inventory`` and the environment name, one source or several."""

from __future__ import annotations

import json

import pytest

from tests.inv import inv


@pytest.fixture
def project(tmp_path, monkeypatch):
    for name in ("DEPLOYTASKS_INVENTORY", "DEPLOYTASKS_HOST", "ANSIBLE_INVENTORY"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "tasks.py").write_text("from deploytasks.tasks import ns\n")
    (tmp_path / "a.yml").write_text("web:\n  hosts:\n    h1: {x: a}\n")
    (tmp_path / "b").mkdir()
    (tmp_path / "b/hosts").write_text("[web]\nh1 x=b\nh2\n")
    (tmp_path / "below").mkdir()
    return tmp_path


def hostvars(directory, *words, **environment):
    done = inv(
        "hosts",
        "--json",
        *words,
        cwd=directory,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nowhere", **environment},
    )
    assert done.returncode == 0, done.stderr
    return {host: values.get("x") for host, values in json.loads(done.stdout)["_meta"]["hostvars"].items()}


def test_several_inventories_are_one_and_the_last_wins(project):
    assert hostvars(project, "--inventory", "a.yml", "--inventory", "b") == {"h1": "b"}
    assert hostvars(project, "--inventory", "b", "--inventory", "a.yml") == {"h1": "a"}


def test_they_are_found_from_where_they_were_typed(project):
    assert hostvars(project / "below", "--inventory", "../a.yml", "--inventory", "h3,") == {"h1": "a"}


@pytest.mark.parametrize("name", ["DEPLOYTASKS_INVENTORY", "ANSIBLE_INVENTORY"])
def test_the_environment_may_name_several(name, project):
    assert hostvars(project, **{name: "a.yml,b"}) == {"h1": "b"}
    assert hostvars(project / "below", **{name: "../b"}) == {"h1": "b"}


def test_variables_beside_the_tasks_file_count_for_an_inventory_elsewhere(project):
    (project / "group_vars").mkdir()
    (project / "group_vars/web").write_text("x: tasks\n")
    (project / "b/hosts").write_text("[web]\nh1\n")
    assert hostvars(project, "--inventory", "b") == {"h1": "tasks"}


def test_a_list_of_names_needs_no_file(project):
    done = inv("hosts", "--inventory", "h1,h2:2222", "--json", cwd=project)
    assert json.loads(done.stdout)["ungrouped"] == {"hosts": ["h1", "h2"]}
