"""A server of one's own, a role of one's own among the shipped tasks, and the library with parts of one's choice."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from deploytasks import Inventory, apply
from deploytasks.errors import VariableError
from deploytasks.roles import app, caddy, ufw, waitress
from tests.e2e.converged import up_converged
from tests.e2e.project import Project
from tests.markdown import blocks

EXAMPLE = Path(__file__).parents[2] / "examples/granian"
TASKS = """\
import motto

from deploytasks.tasks import collection


def remember(occasion):
    with open("remembered", "a") as file:
        file.write(f"{occasion.command} {occasion.exit_code}\\n")


ns = collection(roles=[motto], after=remember)
"""
MOTTO = """\
from dataclasses import dataclass

from deploytasks import Step
from deploytasks.resources import File


@dataclass(frozen=True)
class Vars:
    text: str = "none"


def steps(host, v):
    yield Step("write the motto", File("/etc/motto", v.text + "\\n"))
"""


@pytest.fixture(scope="module")
def project(web, tmp_path_factory) -> Project:
    """The example as its README has it, and a role that ``inv`` deploys with it."""
    directory = tmp_path_factory.mktemp("granian")
    shutil.copytree(EXAMPLE, directory, dirs_exist_ok=True)
    (told,) = [block.text for block in blocks("ini") if block.document == EXAMPLE / "README.md"]
    (directory / "told.ini").write_text(f"prod1\n{told}")
    (host,) = Inventory.load(directory / "told.ini").hosts
    (directory / "told.ini").unlink()
    project = Project(str(host.variables["app_name"]), directory, web)
    project.write("tasks.py", TASKS)
    project.write("motto.py", MOTTO)
    project.write("inventory.ini", f"{web.entry}\n")
    own = {
        "app_source": str(directory / "app"),
        "nginx_server_name": f"{project.name}.test",
        "app_watch_s": 0,
    }
    project.configure(**{**host.variables, **own}, motto_text="first")
    project.deploy()
    return project


def motto(project: Project) -> str:
    return project.target.run(["cat", "/etc/motto"]).stdout


def test_a_server_and_a_role_of_ones_own_are_deployed_checked_verified_and_rolled_back(project):
    assert project.request().body.startswith(b"Granian")
    assert (motto(project), project.deploy().host["changed"]) == ("first\n", 0)
    assert project.inv("check").exit_code == 0
    project.configure(motto_text="second", granian_workers=1)
    assert project.inv("check").exit_code == 3
    project.deploy()
    assert motto(project) == "second\n"
    assert project.inv("verify").exit_code == 0
    project.target.run(["sh", "-c", "echo third > /etc/motto"])
    assert project.inv("verify").exit_code == 3
    assert project.inv("rollback").exit_code == 0
    assert (motto(project), project.request().status) == ("first\n", 200)
    told = (project.directory / "remembered").read_text().splitlines()
    assert told == ["deploy 0", "deploy 0", "deploy 0", "rollback 0"]


@pytest.fixture(scope="module")
def with_caddy(target_state):
    return up_converged("own-caddy", "debian12", target_state, "caddy")


def test_the_parts_are_the_roles_that_are_given(with_caddy, tmp_path):
    project = Project.make("given", tmp_path, with_caddy)
    hosts = Inventory.load(str(tmp_path / "inventory.ini")).hosts
    roles = [app, waitress, caddy, ufw]
    assert apply(hosts, roles).exit_code == 0
    assert project.request().status == 200
    assert "waitress" in with_caddy.run(["sh", "-c", "cat /srv/given/current/serve.py"]).stdout
    again = apply(hosts, roles)
    assert (again.exit_code, again[with_caddy.name].changed) == (0, 0)
    project.configure(app_server="gunicorn")
    with pytest.raises(VariableError, match="app_server: 'gunicorn', but the role waitress was given"):
        apply(Inventory.load(str(tmp_path / "inventory.ini")).hosts, roles)
