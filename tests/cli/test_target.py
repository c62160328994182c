"""The command that ``target.up`` prints works as it is printed."""

from __future__ import annotations

import shlex
from types import SimpleNamespace

import pytest

from deploytasks.cli.target import deploying
from tests.cli.test_usage import Desk, desk
from tests.inv import inv

__all__ = ["desk"]


@pytest.fixture
def target(desk: Desk, monkeypatch) -> SimpleNamespace:
    """One that nobody answers at, known to an inventory of its own."""
    monkeypatch.chdir(desk.directory)
    inventory = desk.directory / ".cache/targets/inventory.ini"
    inventory.parent.mkdir(parents=True)
    inventory.write_text("[targets]\ntry ansible_host=127.0.0.1 ansible_port=1\n")
    return SimpleNamespace(name="try", inventory=inventory)


def typed(target: SimpleNamespace, desk: Desk) -> list[str]:
    """What the printed command says of the target, which is that nobody is there: it was understood."""
    program, *words = shlex.split(shlex.join(deploying(target)))
    assert program == "inv"
    done = inv(*words, cwd=desk.directory)
    assert done.returncode == 4, done.stderr
    return words


def test_the_app_is_the_one_of_the_projects_own_inventory(desk, target):
    words = typed(target, desk)
    assert words[:5] == ["deploy", "--host", "try", "--inventory", ".cache/targets/inventory.ini"]
    assert words[5:] == ["--extra-vars", "app_name=shop", "--extra-vars", "app_source=app"]


def test_without_one_it_is_called_as_its_directory(desk, target, monkeypatch):
    (desk.directory / "inventory.ini").unlink()
    for file in (desk.directory / "app").iterdir():
        file.rename(desk.directory / file.name)
    words = typed(target, desk)
    assert words[5:] == ["--extra-vars", f"app_name={desk.directory.name.replace('_', '-')}"[:40]]
