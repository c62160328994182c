"""The shipped tasks in a tasks file of somebody's own: called, required first, and from a directory below."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.inv import Ended, inv

TASKS = """
from invoke import call, task

from deploytasks.tasks import check, deploy, hosts, vars


@task
def ship(c):
    hosts(c)


@task
def show(c):
    vars(c, host="web1", extra_vars=["app_name=given"])


@task(pre=[call(hosts, host="web2")])
def after(c):
    print("after")


@task
def wrong(c):
    deploy(c, host="nosuch")
"""
INVENTORY = "[web]\nweb1\nweb2\n\n[all:vars]\napp_name=shop\n"


@pytest.fixture
def project(tmp_path) -> Path:
    (tmp_path / "tasks.py").write_text(TASKS)
    (tmp_path / "inventory.ini").write_text(INVENTORY)
    (tmp_path / "app/inner").mkdir(parents=True)
    return tmp_path


def typed(*words: str, at: Path) -> Ended:
    ended = inv(*words, cwd=at)
    assert "Traceback" not in ended.stderr
    return ended


def test_a_call_has_the_defaults_of_the_signature(project):
    assert "web2" in typed("ship", at=project).stdout
    assert '"given"' in typed("show", at=project).stdout


def test_a_task_may_want_one_of_ours_first(project):
    ended = typed("after", at=project)
    assert "web2" in ended.stdout
    assert "web1" not in ended.stdout
    assert ended.stdout.endswith("after\n")


def test_a_mistake_is_its_message_and_its_code(project):
    ended = typed("wrong", at=project)
    assert ended.returncode == 5
    assert "nosuch" in ended.stderr


def test_from_below_the_inventory_is_that_beside_the_tasks_file(project):
    assert "web1" in typed("hosts", at=project / "app/inner").stdout


@pytest.mark.parametrize("way", ["flag", "environment"])
def test_an_inventory_that_is_typed_below_lies_there(project, way, monkeypatch):
    below = project / "app/inner"
    (below / "other.ini").write_text("other1\n")
    (below / "more.yml").write_text("app_name: more\n")
    if way == "flag":
        ended = typed("vars", "--inventory", "other.ini", "--extra-vars", "@more.yml", at=below)
    else:
        monkeypatch.setitem(os.environ, "DEPLOYTASKS_INVENTORY", "other.ini")
        ended = typed("vars", "--extra-vars", "@more.yml", at=below)
    assert "other1" in ended.stdout
    assert '"more"' in ended.stdout
