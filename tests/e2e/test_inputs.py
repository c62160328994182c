"""What a project says about itself reaches the processes that serve it on a host."""

from __future__ import annotations

import subprocess
from pathlib import PurePosixPath

import pytest

from tests.e2e.project import Project

TELL = """

import os


def app(environ, start_response, _app=app):
    os.environ["WATCHED"] = os.environ.get("WATCHED_BY", "nobody")
    return _app(environ, start_response)
"""
GUNICORN = """\
import multiprocessing
import os

bind = "0.0.0.0:9"
timeout = 300
threads = 2 if multiprocessing.cpu_count() else 1


def post_fork(server, worker):
    os.environ["FORKED"] = str(server.cfg.timeout)
"""
WATCHER = """\
#!/bin/sh
# Stands in for newrelic-admin: it sets its things, and starts the program as a process of its own.
shift
export WATCHED_BY=newrelic
"$@" &
child=$!
trap 'kill -TERM $child' TERM
wait $child
wait $child
"""
STAND_IN = PurePosixPath("/usr/local/bin/newrelic-admin")


@pytest.fixture(scope="module")
def heard(web, tmp_path_factory) -> Project:
    """An app whose author has said all of it in its own files; the inventory has the host and the name."""
    web.put(STAND_IN, WATCHER.encode(), mode=0o755)
    project = Project.make("heard", tmp_path_factory.mktemp("heard"), web)
    del project.variables["gunicorn_workers"]
    project.configure(app_shared=["kept/"])
    project.code("one", TELL)
    project.write("app/conf/gunicorn.py", GUNICORN)
    project.write(
        "app/Procfile",
        "web: newrelic-admin run-program gunicorn -c conf/gunicorn.py -w 1 -b :$PORT app:app\n"
        "release: touch /var/log/heard/first kept/first\n",
    )
    project.write("app/.python-version", "3.11\n")
    return project


def test_the_servers_own_file_its_flags_and_what_stands_before_it_are_used_and_the_rest_is_told(heard):
    run = heard.deploy()
    assert [event["text"] for event in run.events if event["event"] == "note"] == [
        "Procfile:1: not used: bind (the instance gets its socket from systemd)",
        "conf/gunicorn.py:4: bind is not used: the instance gets its socket from systemd",
        "an answer may take 300 s (timeout in conf/gunicorn.py), and a switch waits 30 s (app_drain_timeout_s): it "
        "cuts off what takes longer",
    ]
    says = heard.says
    environment = says["environment"]
    assert (environment["WATCHED"], environment["FORKED"], says["threads"]) == ("newrelic", "300", True)
    assert heard.deploy().changed == []
    # What the release command of a first deploy has written, where nothing was before.
    heard.target.run(["ls", "/var/log/heard/first", f"{heard.root}/shared/kept/first"])


PACKAGE = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "our-{name}"
version = "1.4"
dependencies = {needs}
"""


def package(project: Project, place: str, name: str, *needs: str) -> None:
    """A package that says who it is, at *place* of the *project*."""
    project.write(f"{place}/pyproject.toml", PACKAGE.format(name=name, needs=list(needs)))
    project.write(f"{place}/our_{name}/__init__.py", f"NAME = {name!r}\n")


SAYS = """\
from importlib.metadata import version


def main():
    print(version("our-shop"))
"""
COMMAND = '\n[project.scripts]\nour-shop = "our_shop.says:main"\n'


def test_packages_of_the_source_and_of_a_repository_that_the_host_cannot_reach_are_sent_along(heard):
    package(heard, "app/libs/core", "core")
    package(heard, "app/libs/common", "common", "our-core")
    package(heard, "elsewhere", "lib")
    elsewhere = heard.directory / "elsewhere"
    for words in ("init --quiet", "add --all", "commit --quiet --message x", "tag v1.4"):
        who = ("-c", "user.name=ann", "-c", "user.email=ann@example.org")
        subprocess.run(["git", "-C", elsewhere, *who, *words.split()], check=True)
    lib = f"our-lib @ git+file://{elsewhere}@v1.4"
    heard.write("app/requirements.txt", f"itsdangerous==2.1.2\n-e ./libs/common\n./libs/core\n{lib}\n-e .\n")
    names = "our_common.NAME + our_core.NAME + our_lib.NAME"
    heard.write("app/pyproject.toml", PACKAGE.format(name="shop", needs=[]) + COMMAND)
    heard.write("app/src/our_shop/says.py", SAYS)
    heard.code("two", f"\nimport our_common, our_core, our_lib\n\nVERSION += {names}\n" + TELL)
    heard.deploy()
    assert heard.says["version"] == "twocommoncorelib"
    (said,) = (event for event in heard.inv("run", "--command", "our-shop").events if event["event"] == "log")
    assert said["text"] == "1.4"
    assert heard.deploy().changed == []
    heard.directory.joinpath("app/pyproject.toml").unlink()
    heard.write("app/requirements.txt", "itsdangerous==2.1.2\n-e ./libs/common\n./libs/core\n")
    heard.code("three", TELL)


def test_what_the_source_has_begins_what_is_shared_and_is_the_apps_from_then_on(heard):
    heard.write("app/media/logo.txt", "first\n")
    heard.configure(app_shared=["kept/", "media/"])
    heard.deploy()
    place = f"{heard.root}/shared/media/logo.txt"
    assert heard.target.run(["cat", place]).stdout == "first\n"
    heard.target.run(["sh", "-c", f"echo changed > {place}"])
    heard.write("app/media/logo.txt", "second\n")
    heard.deploy()
    assert heard.target.run(["cat", place]).stdout == "changed\n"


def test_an_app_that_cannot_write_is_told_what_shares_the_place(heard):
    heard.code("three", "\nimport os\n\nos.makedirs('instance')\n")
    run = heard.inv("deploy")
    assert run.exit_code == 2
    assert run.host["error"].endswith('share what the app writes there, with app_shared=["instance/"]')


def test_a_python_that_the_host_has_not_is_refused_before_anything_is_changed(heard):
    heard.write("app/pyproject.toml", '[project]\nname = "shop"\nrequires-python = ">=3.13"\n')
    run = heard.inv("check")
    assert run.exit_code == 5
    assert "pyproject.toml:3: the app wants a Python >=3.13, and " in run.messages
    assert "has python3 (3.11." in run.messages
    findings = {found["check"]: found for found in heard.asked("doctor")["findings"]}
    assert findings["python"]["verdict"] == "bad"
    assert findings["python"]["advice"].startswith("pyproject.toml:3: the app wants a Python >=3.13")
    heard.directory.joinpath("app/pyproject.toml").unlink()
