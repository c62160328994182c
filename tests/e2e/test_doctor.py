"""Doctor tells before a deploy what would make it fail."""

from __future__ import annotations

import json
from typing import Any

from tests.e2e.controller import wait_for
from tests.e2e.converged import up_converged
from tests.e2e.project import Project

OCCUPY = ["systemd-run", "--quiet", "--unit=occupant", "python3", "-m", "http.server", "80"]


def examined(project: Project) -> tuple[int, dict[str, list[dict[str, Any]]]]:
    """The exit code, and the findings by check."""
    done = project.typed("doctor")
    (answer,) = json.loads(done.stdout).values()
    found: dict[str, list[dict[str, Any]]] = {}
    for finding in answer["findings"]:
        found.setdefault(finding["check"], []).append(finding)
    return done.returncode, found


def test_a_taken_port_is_told_before_a_deploy_and_the_apps_own_is_none(target_state, tmp_path):
    host = up_converged("fresh", "debian12", target_state)
    project = Project.make("fresh", tmp_path, host)
    code, found = examined(project)
    assert (code, found["port"][0]["found"]) == (0, "80 is free")
    assert found["system"][0]["found"].startswith("debian 12, Python 3.11")
    assert found["name"][0] == {
        "check": "name",
        "verdict": "doubtful",
        "found": "fresh.test leads nowhere",
        "advice": "make a DNS record of type A or AAAA for it",
    }

    assert project.typed("doctor", "--extra-vars", "app_web_server=none").returncode == 0

    host.run(OCCUPY)
    wait_for(lambda: examined(project)[1]["port"][0]["found"] == "80 is taken by python3", "80 is taken")
    assert examined(project)[0] == 2
    host.run(["systemctl", "stop", "occupant"])

    project.deploy()
    code, found = examined(project)
    assert code == 0
    assert [finding["found"] for finding in found["port"]] == ["80 is nginx's"]
    assert found["firewall"][0]["found"] == "on, with SSH and the app's ports open"
    assert {finding["verdict"] for finding in found["disk"] + found["clock"]} == {"good"}
