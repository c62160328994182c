"""A check tells what a deploy would change, against what serves, in a few lines; and touches nothing."""

from __future__ import annotations

import pytest

from tests.e2e.project import Project, difference, files
from tests.inv import Ended, inv

SECRET = "canary-of-the-check"
A_PAGE = 24


@pytest.fixture(scope="module")
def checked(web, tmp_path_factory) -> Project:
    """A deployed app with some environment."""
    project = Project.make("checked", tmp_path_factory.mktemp("checked"), web)
    set_environment(project, TOKEN=SECRET, COLOUR="teal")
    project.write("app/old.txt", "old\n")
    project.deploy()
    return project


def set_environment(project: Project, **variables: str) -> None:
    project.configure(app_env=variables)


def check(project: Project, *flags: str) -> Ended:
    return inv("check", "--host", project.target.name, *flags, cwd=project.directory)


def told(project: Project, *flags: str) -> list[str]:
    """What a person reads, who asks what a deploy would change."""
    before = files(project.target, project.root, "/etc")
    ended = check(project, *flags)
    assert difference(before, files(project.target, project.root, "/etc")) == {}
    assert ended.returncode == 3, ended.stdout + ended.stderr
    assert SECRET not in ended.stdout + ended.stderr
    return [line.strip() for line in ended.stdout.splitlines()]


def test_nothing_would_change(checked):
    assert check(checked).returncode == 0


def test_an_edited_word_is_a_page(checked):
    checked.code("two")
    lines = told(checked)
    assert "M app.py" in lines
    assert len(lines) < A_PAGE, lines
    assert not any("environment" in line or "nginx" in line for line in lines)
    assert any("a deploy would send" in line for line in lines)


def test_lines_are_told_on_demand(checked):
    lines = told(checked, "--diff")
    assert '-VERSION = "one"' in lines
    assert '+VERSION = "two"' in lines


def test_files_that_come_and_go_are_told(checked):
    (checked.directory / "app/old.txt").unlink()
    checked.write("app/new.txt", f"new\n{SECRET}\n")
    assert {"M app.py", "D old.txt", "A new.txt"} <= set(told(checked))
    assert {"M app.py", "D old.txt", "A new.txt", "+new"} <= set(told(checked, "--diff"))


def test_what_the_run_reads_for_itself_stays_here_and_is_told_once(checked):
    secrets = "app/prod-secrets.yml"
    checked.write(secrets, f"ansible_become_password: {SECRET}\n")
    lines = told(checked, "--extra-vars", f"@{secrets}")
    (checked.directory / secrets).unlink()
    assert [line for line in lines if "prod-secrets.yml" in line] == [
        f"{checked.target.name}  note     stays here, as this run reads it for itself: prod-secrets.yml"
    ]


def test_what_would_change_is_not_said_to_have_changed(checked):
    text = "\n".join(told(checked))
    assert f"{checked.target.name}  would " in text
    assert " would_change=" in text
    assert "changed" not in text


def test_a_new_worker_is_a_line_and_its_unit_is_told_on_demand(checked):
    checked.configure(app_processes={"worker": "sleep 99"})
    lines, whole = told(checked), told(checked, "--diff")
    checked.configure(app_processes={})
    assert any(line.startswith("A /etc/systemd/system/checked.worker.") for line in lines)
    assert not any("ExecStart" in line for line in lines)
    assert any(line.startswith("+ExecStart=") for line in whole)


def test_names_of_the_environment_are_told_and_no_values(checked):
    set_environment(checked, TOKEN=SECRET + "2", SIZE="xl")
    lines = told(checked)
    assert {"+ SIZE", "- COLOUR", "TOKEN differs"} <= set(lines)
    assert not any("teal" in line or "xl" in line for line in lines)


def test_required_packages_are_told(checked):
    checked.write("app/requirements.txt", "itsdangerous==2.2.0\nblinker==1.9.0\n")
    lines = told(checked)
    assert "+ blinker 1.9.0" in lines
    assert "itsdangerous 2.1.2 → 2.2.0" in lines


def test_after_the_deploy_nothing_would_change(checked):
    checked.deploy()
    assert check(checked).returncode == 0
    assert checked.says["environment"]["SIZE"] == "xl"
