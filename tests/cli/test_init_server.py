"""`inv init --server` writes what makes a bare machine ready, and needs no app."""

from __future__ import annotations

import subprocess
import sys

import pytest

from deploytasks import Inventory, plan_for
from deploytasks.cli.bare_server import VARIABLES
from deploytasks.planning.standard import machine_roles, roles_of_setup
from deploytasks.roles import server
from tests.agent.contract_of_systems import KEY


@pytest.fixture
def desk(tmp_path, monkeypatch):
    (tmp_path / "home/.ssh").mkdir(parents=True)
    (tmp_path / "home/.ssh/id_ed25519.pub").write_text(KEY + "\n")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "ops").mkdir()
    return tmp_path / "ops"


def init(desk, *words):
    argv = [sys.executable, "-m", "deploytasks", "init", "--server", *words]
    return subprocess.run(argv, cwd=desk, capture_output=True, text=True, check=False)


def test_what_it_writes_makes_a_plan_as_it_stands(desk):
    done = init(desk)
    assert (done.returncode, done.stdout.splitlines()[-1][:5]) == (0, "next:")
    (host,) = Inventory.load(desk / "inventory.ini").hosts
    roles = [*machine_roles(host), *roles_of_setup(host)]
    names = [step.name for step in plan_for(host, roles).steps]
    assert {"set sshd", "run fail2ban", "upgrade by itself", "admit SSH on port 22", "allow 443"} <= {*names}


def test_each_variable_that_it_tells_of_is_one(desk):
    told = {line.lstrip("# ").partition(":")[0] for line in VARIABLES.splitlines() if "server_" in line}
    assert {name.removeprefix("server_") for name in told} <= {*server.Vars.__dataclass_fields__}


def test_what_is_here_already_stays(desk):
    (desk / "inventory.ini").write_text("mine\n")
    assert "inventory.ini is here already; left as it is" in init(desk).stdout
    assert (desk / "inventory.ini").read_text() == "mine\n"
    again = init(desk)
    assert (again.returncode, "nothing was written" in again.stderr) == (5, True)


def test_it_is_about_no_app(desk):
    done = init(desk, "--source", "shop")
    assert (done.returncode, "leave --source and --pipeline out" in done.stderr) == (5, True)
