"""An environment whose Python an upgrade of the distribution takes away is told of before, and after."""

from __future__ import annotations

import os

import pytest

from deploytasks.agent.python.interpreter import find_interpreter
from deploytasks.agent.python.prospect import prospect_of
from deploytasks.agent.python.python_venv import PythonVenv

VENV = PythonVenv("/srv/venv", (), python="python3", installer="pip")


@pytest.fixture
def environment(host):
    """One of python3.11, on a host that has no other."""

    def make(python="python3.11"):
        host.path("/srv/venv/lib/python3.11").mkdir(parents=True)
        host.write("/usr/bin/python3.11", "")
        host.link("/usr/bin/python3", "python3.11")
        host.link("/srv/venv/bin/python", str(host.path("/usr/bin/" + python)))

    return make


def upgrade(host):
    host.write("/usr/bin/python3.13", "")
    host.path("/usr/bin/python3").unlink()
    host.link("/usr/bin/python3", "python3.13")


def test_all_is_well_with_the_python_that_the_host_has(host, environment):
    environment()
    assert prospect_of(host.machine, VENV) == ""


def test_one_of_whatever_python_there_is_will_end(host, environment):
    environment("python3")
    assert "an upgrade of the distribution will end it" in prospect_of(host.machine, VENV)
    upgrade(host)
    assert "it cannot start again; inv deploy builds its environment anew" in prospect_of(host.machine, VENV)


def test_one_whose_python_is_gone_cannot_start_again(host, environment):
    environment()
    upgrade(host)
    host.path("/usr/bin/python3.11").unlink()
    assert "it cannot start again" in prospect_of(host.machine, VENV)


def test_nothing_is_told_where_there_is_no_environment(host):
    assert prospect_of(host.machine, VENV) == ""


def test_a_python_without_its_version_is_named_with_it(host, monkeypatch):
    python = host.write("/usr/bin/python3.11", "", 0o755)
    host.link("/usr/bin/python3", "python3.11")
    machine = host.machine
    machine.environment = {**machine.environment, "PATH": str(host.path("/usr/bin"))}
    assert find_interpreter(machine, "python3") == os.path.realpath(python)
