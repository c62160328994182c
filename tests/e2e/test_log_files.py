"""gunicorn's log files: the unit lets it write them, logrotate turns them over, and no line is lost."""

from __future__ import annotations

import pytest

from tests.e2e.controller import wait_for
from tests.e2e.project import Project

ACCESS, ERRORS = "/var/log/files/access.log", "/var/log/files/error.log"


@pytest.fixture(scope="module")
def project(target, tmp_path_factory):
    project = Project.make("files", tmp_path_factory.mktemp("files"), target("debian12"))
    project.configure(gunicorn_accesslog=ACCESS, gunicorn_errorlog=ERRORS)
    project.deploy()
    return project


def lines(project, path):
    return project.target.run(["cat", path]).stdout.splitlines()


def rotate(project):
    project.target.run(["logrotate", "--force", f"/etc/logrotate.d/{project.name}"])


def test_the_files_are_the_apps(project):
    owners = project.target.run(["stat", "--format=%U", ACCESS, ERRORS]).stdout.split()
    assert owners == [project.name, project.name]
    assert any("Listening at" in line for line in lines(project, ERRORS))


def test_after_a_rotation_the_running_instance_writes_on_in_the_new_file(project):
    known = len(lines(project, ACCESS))
    project.request()
    before = wait_for(lambda: lines(project, ACCESS)[known:] and lines(project, ACCESS), "its line")
    rotate(project)
    assert lines(project, f"{ACCESS}.1") == before
    assert lines(project, ACCESS) == []
    # A worker that has not heard of it yet still writes to the old one.
    wait_for(lambda: project.request() and lines(project, ACCESS), "a line in the new file")
    assert '"GET / HTTP/1.1" 200' in lines(project, ACCESS)[-1]


def test_an_older_file_is_compressed(project):
    rotate(project)
    names = project.target.run(["ls", f"/var/log/{project.name}"]).stdout.split()
    assert {"access.log", "access.log.1", "access.log.2.gz"} <= set(names)


def test_debians_own_timer_finds_the_files(project):
    state = project.target.run(["systemctl", "is-enabled", "logrotate.timer"]).stdout.strip()
    said = project.target.run(["logrotate", "--debug", "/etc/logrotate.conf"]).stderr
    assert state == "enabled"
    assert f"rotating pattern: {ACCESS}" in said
