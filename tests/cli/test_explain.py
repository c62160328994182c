"""Where a value comes from, and the inventory as ansible-inventory draws it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.inv import inv


@pytest.fixture
def project(tmp_path, monkeypatch):
    for name in ("DEPLOYTASKS_INVENTORY", "DEPLOYTASKS_HOST", "ANSIBLE_INVENTORY", "ANSIBLE_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    files = {
        "tasks.py": "from deploytasks.tasks import ns\n",
        "inventory.ini": "lone\n[web]\nh1 x=host\n[p:children]\nweb\n[web:vars]\nx=web\n[all:vars]\nx=all\nd=a.b\n",
        "group_vars/web.yml": "x: file\nurl: 'https://{{ d }}/{{ x }}'\n",
        "more.ini": "[web]\nh1 x=more\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def explained(directory, name, *words):
    done = inv("vars", "--explain", name, "--host", "h1", "--json", *words, cwd=directory)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["h1"]


def test_every_place_that_sets_it_is_told_and_the_one_that_counts_comes_last(project) -> None:
    told = explained(
        project, "x", "--inventory", "inventory.ini", "--inventory", "more.ini", "--extra-vars", "x=typed"
    )
    assert [(entry["value"], entry["origin"]) for entry in told] == [
        ("all", "inventory.ini:9"),
        ("web", "inventory.ini:7"),
        ("file", "group_vars/web.yml:1"),
        ("host", "inventory.ini:3"),
        ("more", "more.ini:2"),
        ("typed", "--extra-vars"),
    ]


def test_what_a_template_is_made_of_is_told(project) -> None:
    template, *parts, last = explained(project, "url")
    assert template["value"] == "https://{{ d }}/{{ x }}"
    assert [part["made_of"] for part in parts] == ["d", "x"]
    assert [part["origin"] for part in parts] == ["inventory.ini:10", "inventory.ini:3"]
    assert last["value"] == "https://a.b/host"
    assert "made of    d " in inv("vars", "--explain", "url", "--host", "h1", cwd=project).stdout


def test_a_name_that_is_nowhere_is_told(project) -> None:
    done = inv("vars", "--explain", "ulr", cwd=project)
    assert (done.returncode, done.stderr.strip()) == (5, 'ulr is set nowhere; did you mean "url"?')


def test_the_graph_is_that_of_ansible_inventory(project) -> None:
    program = str(Path(sys.executable).with_name("ansible-inventory"))
    argv = [program, "-i", "inventory.ini", "--graph"]
    theirs = subprocess.run(argv, cwd=project, capture_output=True, text=True, check=True)
    assert inv("hosts", "--graph", cwd=project).stdout == theirs.stdout
