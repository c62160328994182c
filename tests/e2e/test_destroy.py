"""An app goes, and takes along what is its own and nothing else."""

from __future__ import annotations

import json

import pytest

from tests.e2e.project import Project, difference, files

ACCOUNTS = ("/etc/passwd", "/etc/shadow", "/etc/group", "/etc/gshadow", "/etc/subuid", "/etc/subgid")
EVERYWHERE = ("/etc", "/srv", "/var/lib/deploytasks")


@pytest.fixture
def going(web, tmp_path_factory) -> Project:
    """An app with a worker, a timer and shared data."""
    return Project.make(
        "going",
        tmp_path_factory.mktemp("going"),
        web,
        app_processes={"worker": "sleep infinity", "tidy": {"command": "true", "schedule": "daily"}},
        app_shared=["uploads"],
    )


@pytest.fixture
def neighbour(web, tmp_path_factory) -> Project:
    """Another app on the same host, whose name begins as that of the one that goes."""
    project = Project.make("going-on", tmp_path_factory.mktemp("going-on"), web)
    project.deploy()
    return project


def test_an_app_goes_with_all_that_is_its_own_and_its_neighbour_stays(neighbour, going):
    target = going.target
    before = files(target, *EVERYWHERE)
    going.deploy()
    target.run(["sh", "-c", "echo precious > /srv/going/shared/uploads/photo"])

    deployed = files(target, *EVERYWHERE)
    told = going.inv("destroy")
    assert told.exit_code == 3
    assert {"remove the app's site", "end the app's processes", "remove the app's files"} <= set(told.changed)
    assert files(target, *EVERYWHERE) == deployed

    gone = going.inv("destroy", "--yes")
    assert gone.exit_code == 0, gone.messages
    left = sorted(path for path in difference(before, files(target, *EVERYWHERE)) if not is_shared(path))
    assert left == [
        "/srv/going/history.jsonl",
        "/srv/going/shared/uploads/photo",
        "/var/lib/deploytasks/going/journal.jsonl",
        "/var/lib/deploytasks/going/lock",
        "/var/lib/deploytasks/going/owner.json",
    ]
    assert units_of(going) == []
    assert json.loads(target.run(["tail", "-n1", "/srv/going/history.jsonl"]).stdout)["command"] == "destroy"
    assert neighbour.says["version"] == "one"

    assert going.inv("destroy", "--yes").changed == []
    purged = going.inv("destroy", "--yes", "--purge")
    assert (purged.exit_code, "remove the app's user" in purged.changed) == (0, True)
    assert not [path for path in difference(before, files(target, *EVERYWHERE)) if not is_shared(path)]
    assert target.run(["id", "going"], check=False).returncode == 1
    assert target.run(["sh", "-c", "ls -d /var/log/going /run/going"], check=False).stdout == ""
    assert neighbour.says["version"] == "one"


def test_an_app_that_went_can_come_back_to_its_data(going):
    going.deploy()
    going.target.run(["sh", "-c", "echo precious > /srv/going/shared/uploads/photo"])
    assert going.inv("destroy", "--yes").exit_code == 0
    going.deploy()
    assert going.says["version"] == "one"
    assert going.target.run(["cat", "/srv/going/shared/uploads/photo"]).stdout == "precious\n"
    assert going.deploy().changed == []


def is_shared(path: str) -> bool:
    """Whether *path* lists users, or is the agent, which all apps of a host have together."""
    return path.startswith(("/var/lib/deploytasks/agents/", *ACCOUNTS))


def units_of(project: Project) -> list[str]:
    listing = [
        "systemctl",
        "list-units",
        "--all",
        "--plain",
        "--no-legend",
        f"{project.name}@*",
        f"{project.name}.*",
    ]
    return project.target.run(listing).stdout.splitlines()
