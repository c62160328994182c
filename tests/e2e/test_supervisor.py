"""Supervisor runs the app, and all tasks mean the same."""

from __future__ import annotations

import pytest

from tests.e2e.controller import wait_for
from tests.e2e.project import Project, difference, files


@pytest.fixture(scope="module")
def supervised(web, tmp_path_factory) -> Project:
    project = Project.make("supervised", tmp_path_factory.mktemp("supervised"), web, app_runtime="supervisor")
    project.deploy()
    return project


def supervisorctl(project: Project, *words: str) -> str:
    configuration = f"{project.root}/current/supervisord.conf"
    return project.target.run(["supervisorctl", "-c", configuration, *words], check=False).stdout


def test_supervisor_starts_a_crashed_process_again(supervised):
    pid = supervisorctl(supervised, "pid", "web").strip()
    supervised.target.run(["kill", "-KILL", pid])
    wait_for(lambda: supervisorctl(supervised, "pid", "web").strip() not in {pid, "0", ""}, "a new process")
    assert supervised.says["version"] == "one"
    wait_for(lambda: "RUNNING" in supervisorctl(supervised, "status"), "RUNNING")


def test_the_log_is_where_it_always_is(supervised):
    assert supervised.says["version"] == "one"
    lines = [event.get("text", "") for event in supervised.inv("logs").events]
    assert any("Listening at" in line for line in lines), lines


def test_an_app_that_does_not_start_is_told_at_once_and_leaves_nothing(supervised):
    before = files(supervised.target, supervised.root, "/etc")
    supervised.code("broken", "\nimport nosuch\n")
    # On a busy machine it may take longer to fail than the second after which Supervisor takes it for started.
    patient = "app_health_timeout_s=60 supervisor_startsecs=5"
    run = supervised.inv("deploy", "--extra-vars", patient)
    assert run.exit_code == 2
    assert "No module named 'nosuch'" in run.messages + str(run.failure)
    left = difference(before, files(supervised.target, supervised.root, "/etc"))
    assert [path for path in left if not path.endswith("history.jsonl")] == []
    assert supervised.says["version"] == "one"
    supervised.code("one")


def test_an_app_comes_from_supervisor_to_systemd_and_back_again(supervised):
    supervised.configure(app_runtime="systemd")
    supervised.deploy()
    assert supervised.says["version"] == "one"
    supervised.inv("rollback")
    assert supervised.says["version"] == "one"
    wait_for(lambda: "RUNNING" in supervisorctl(supervised, "status"), "a process that stays up")
