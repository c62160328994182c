"""Drift: what was changed on a host by hand is found without the source, and a deploy puts it right."""

from __future__ import annotations

import shutil

import pytest

from tests.e2e.project import Project, difference, files
from tests.e2e.traffic import Traffic

SITE = "/etc/nginx/sites-available/drifting"


@pytest.fixture(scope="module")
def drifting(web, tmp_path_factory) -> Project:
    """A deployed app."""
    project = Project.make(
        "drifting", tmp_path_factory.mktemp("drifting"), web, app_env={"TOKEN": "s3cret-token"}
    )
    project.deploy()
    return project


def test_a_host_that_nobody_touched_has_no_drift(drifting):
    run = drifting.inv("verify")
    assert (run.exit_code, run.changed) == (0, []), run.messages


@pytest.mark.fault(75, 76, 77)
def test_each_thing_that_was_changed_by_hand_is_found_and_none_is_touched(drifting):
    edits = [
        f"echo '# by hand' >> {SITE}",
        f"echo 'VERSION = \"by hand\"' >> {drifting.root}/current/code/app.py",
        f"echo TOKEN=another >> {drifting.root}/current/env",
        "systemctl disable --now --quiet nginx",
    ]
    drifting.target.run(["sh", "-c", "; ".join(edits)])
    before = files(drifting.target, "/etc", drifting.root)
    source = drifting.directory / "app"
    shutil.move(source, drifting.directory / "elsewhere")
    run = drifting.inv("verify")
    shutil.move(drifting.directory / "elsewhere", source)
    assert run.exit_code == 3
    repairs = {"write the site", "lay out the code", "write the environment variables", "run nginx"}
    assert set(run.changed) == {
        *repairs,
        "restart processes with changed files",
        "check that visitors get the app",
    }
    diffs = {event["step"]: event["diff"] for event in run.events if event.get("diff")}
    assert "-# by hand" in diffs["write the site"]
    assert "app.py" in diffs["lay out the code"]
    assert "M app.py" in told_by_line(drifting)
    assert "s3cret-token" not in str(run)
    assert difference(before, files(drifting.target, "/etc", drifting.root)) == {}


def told_by_line(project: Project) -> list[str]:
    run = project.inv("verify", "--diff")
    assert "s3cret-token" not in str(run)
    (diff,) = (event["diff"] for event in run.events if event.get("step") == "lay out the code")
    return diff.splitlines()


@pytest.mark.fault(76)
def test_a_deploy_puts_it_right_and_what_runs_is_what_is_there(drifting):
    since = drifting.asked("status")["since"]
    assert "nginx.service does not run" in drifting.asked("status")["drift"]
    drifting.target.run(["systemctl", "start", "nginx"])
    assert drifting.inv("restart").exit_code == 0
    assert (drifting.says["version"], drifting.says["environment"]["TOKEN"]) == ("by hand", "another")
    with Traffic.on(drifting) as traffic:
        repaired = drifting.deploy()
    assert "restart processes with changed files" in repaired.changed
    assert None not in traffic.served
    assert (drifting.says["version"], drifting.says["environment"]["TOKEN"]) == ("one", "s3cret-token")
    assert drifting.asked("status")["since"] == since
    assert drifting.inv("verify").exit_code == 0
    assert drifting.deploy().changed == []


def test_after_a_rollback_its_own_record_counts(drifting):
    drifting.code("two")
    drifting.deploy()
    assert drifting.inv("rollback").exit_code == 0
    run = drifting.inv("verify")
    assert (run.exit_code, run.changed) == (0, []), run.messages


def test_what_another_release_holds_is_told_by_line(drifting):
    app = f"{drifting.root}/current/code/app.py"
    drifting.code("two", "\n# more\n")
    drifting.deploy()
    drifting.target.run(["sh", "-ec", f"cp {app} /tmp/app.py; sed -i s/two/three/ {app}"])
    drifting.target.run(["sh", "-ec", f"echo '# by hand' > {drifting.root}/current/code/stray.py"])
    lines = told_by_line(drifting)
    assert {"M app.py", "A stray.py"} <= set(lines)
    assert "# by hand" not in "\n".join(lines)
    drifting.deploy()


def test_a_host_without_the_app_says_so(drifting, tmp_path):
    stranger = Project.make("stranger", tmp_path, drifting.target)
    run = stranger.inv("verify")
    assert run.exit_code == 2
    assert "nothing of stranger is deployed here; deploy first" in run.messages
