"""The wheel in an empty virtual environment, and somebody else's fabfile, tasks, role and resource type."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from deploytasks.targets import Target
from tests.e2e.controller import HELLO, USUAL, two_targets
from tests.wheel import Environment, build

SOMEBODY = Path(__file__).with_name("somebody")
CONFIGURATION = "/etc/metrics/metrics.conf"


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Environment:
    directory = tmp_path_factory.mktemp("installed")
    builder = Environment.make(directory / "builder", "hatchling>=1.24")
    return Environment.make(directory / "venv", str(build(builder, "wheel", directory)))


@pytest.fixture(scope="module")
def target(target_state) -> Target:
    return two_targets(target_state)[0]


@pytest.fixture(scope="module")
def project(target, tmp_path_factory) -> Path:
    """Somebody's directory, which knows nothing of this checkout."""
    directory = tmp_path_factory.mktemp("somebody") / "ops"
    shutil.copytree(SOMEBODY, directory)
    shutil.copytree(HELLO, directory / "app")
    configure(directory, target, 9100)
    return directory


def test_the_first_deploy_with_a_role_and_a_type_of_ones_own_changes_the_host(installed, project, target):
    installed.run("fab", "release", cwd=project)
    assert target.run(["cat", CONFIGURATION]).stdout == "# front\nport = 9100\nlabel = eu\n"
    assert "metrics\t\t9100/tcp\n" in target.run(["cat", "/etc/services"]).stdout
    assert reloads(target) == 1


def test_the_second_deploy_changes_nothing(installed, project, target):
    assert installed.run("fab", "release", cwd=project).stdout == "front ok 0\n"
    assert installed.run("fab", "release", "--check", cwd=project).stdout == "front ok 0\n"
    assert reloads(target) == 1


def test_the_tasks_are_mounted_beside_somebodys_own(installed, project):
    listing = installed.run("inv", "--list", cwd=project).stdout
    assert {"lunch", "hosts.deploy", "hosts.target.up"} <= set(listing.split())
    status = installed.run("inv", "hosts.status", cwd=project).stdout
    assert "front" in status


def test_a_rollback_brings_ones_own_role_back_too(installed, project, target):
    configure(project, target, 9200)
    installed.run("fab", "release", cwd=project)
    assert "port = 9200\n" in target.run(["cat", CONFIGURATION]).stdout
    installed.run("inv", "hosts.rollback", cwd=project)
    assert "port = 9100\n" in target.run(["cat", CONFIGURATION]).stdout


def test_a_connection_of_fabrics_own_is_used_as_it_is(installed, project, target):
    known_hosts = str(target.known_hosts)
    words = ["--host", target.host, "--port", str(target.ssh_port), "--key", str(target.key_file)]
    done = installed.run("fab", "measure", *words, "--known-hosts", known_hosts, cwd=project)
    assert done.stdout == "changed 3\n"
    assert "port = 9300\n" in target.run(["cat", CONFIGURATION]).stdout


def test_a_type_that_needs_more_than_the_host_has_is_refused(installed, project):
    refused = installed.run("fab", "greedy", cwd=project, code=5)
    assert "too_much holds a resource type and imports fabric, which no host has" in refused.stderr


def test_what_somebody_writes_is_checked_against_our_types(installed, project):
    checker = Environment(Path(sys.executable).parents[1])
    python = str(installed.path / "bin" / "python")
    checker.run("mypy", "--strict", "--python-executable", python, "-p", "metrics", cwd=project)


def configure(directory: Path, target: Target, port: int) -> None:
    variables = {**USUAL, "metrics_port": port, "metrics_labels": "['eu']"}
    lines = [f"{name}={value}" for name, value in variables.items()]
    (directory / "inventory.ini").write_text("\n".join(["[web]", target.entry, "", "[all:vars]", *lines, ""]))


def reloads(target: Target) -> int:
    return target.run(["cat", "/var/log/metrics-reloads"]).stdout.count("reloaded")
