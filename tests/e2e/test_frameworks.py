"""The examples are deployed as their READMEs say: Django, FastAPI, CherryPy, a plain callable."""

from __future__ import annotations

import http.client
import json
import shutil
from pathlib import Path

import pytest

from deploytasks import Inventory
from tests.e2e.controller import wait_for
from tests.e2e.project import Project
from tests.markdown import blocks

EXAMPLES = Path(__file__).parents[2] / "examples"
QUICK = {"app_watch_s": 0, "app_health_timeout_s": 60, "gunicorn_workers": 1}


@pytest.fixture(scope="module")
def deploy_example(web, tmp_path_factory):
    """Deploy a copy of an example to the shared target, with the variables of its README."""

    def deploy(name: str, **variables) -> Project:
        directory = tmp_path_factory.mktemp(name)
        shutil.copytree(EXAMPLES / name, directory / "app")
        told = variables_of(name, directory)
        project = Project(told["app_name"], directory, web)
        project.write("tasks.py", "from deploytasks.tasks import ns\n")
        project.write("inventory.ini", f"{web.entry}\n")
        own = {"app_source": str(directory / "app"), "nginx_server_name": f"{project.name}.test"}
        project.configure(**{**told, **QUICK, **own, **variables})
        project.deploy()
        return project

    return deploy


def variables_of(name: str, directory: Path) -> dict[str, object]:
    """What the README of that example tells people to write."""
    (example,) = [block for block in blocks("ini") if block.document == EXAMPLES / name / "README.md"]
    inventory = directory / "told.ini"
    inventory.write_text(f"prod1\n{example.text}")
    (host,) = Inventory.load(inventory).hosts
    return dict(host.variables)


@pytest.fixture(scope="module")
def notes(deploy_example) -> Project:
    return deploy_example("django", app_env={"SECRET_KEY": "secret", "ALLOWED_HOSTS": "notes.test"})


def test_django_answers_only_to_its_allowed_hosts(notes):
    assert "none yet" in get(notes, "/")[1]
    # Another app on this host may answer to any name.
    assert "none yet" not in get(notes, "/", host="other.test")[1]


def test_django_keeps_its_database_over_releases(notes):
    notes.target.run(
        [
            "sh",
            "-c",
            "cd /srv/notes/current/code && runuser -u notes -- ../venv/bin/python - <<'END'\n" + LEAVE_A_NOTE,
        ]
    )
    notes.write("app/notes/more.py", '"""One file more."""\n')
    assert notes.deploy().host["changed"] > 0
    assert "remember" in get(notes, "/")[1]


def test_djangos_static_files_are_collected_for_the_web_server(notes):
    status, text = get(notes, "/static/notes/notes.css")
    assert (status, text) == (200, (EXAMPLES / "django/notes/static/notes/notes.css").read_text())


def test_a_second_deploy_of_django_changes_nothing(notes):
    assert notes.deploy().host["changed"] == 0


def test_fastapi(deploy_example):
    project = deploy_example("fastapi", app_env={"GREETING": "good morning"})
    assert json.loads(get(project, "/?name=Ada")[1]) == {"greeting": "good morning Ada"}
    project.write("app/main.py", (EXAMPLES / "fastapi/main.py").read_text() + RAISES)
    assert project.deploy().host["outcome"] == "changed"
    assert get(project, "/raises")[0] == 500
    said = lambda: [event.get("text") for event in project.inv("logs").events]  # noqa: E731
    wait_for(lambda: "RuntimeError: nobody handles this" in said(), "what the app has raised")
    assert project.deploy().host["changed"] == 0


def test_cherrypy(deploy_example):
    project = deploy_example("cherrypy")
    assert get(project, "/") == (200, "hello from CherryPy")
    assert project.deploy().host["changed"] == 0


def test_a_plain_callable(deploy_example):
    project = deploy_example("wsgi")
    assert get(project, "/you") == (200, "hello /you\n")
    assert project.deploy().host["changed"] == 0


RAISES = """

@app.get("/raises")
def raises() -> None:
    raise RuntimeError("nobody handles this")
"""
LEAVE_A_NOTE = """\
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "mysite.settings"
import django
django.setup()
from notes.models import Note
Note.objects.create(text="remember")
END
"""


def get(project: Project, path: str, host: str = "") -> tuple[int, str]:
    """Ask the web server on the target for *path*."""
    connection = http.client.HTTPConnection(project.target.host, project.target.http_port, timeout=30)
    try:
        connection.request("GET", path, headers={"Host": host or f"{project.name}.test"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except http.client.RemoteDisconnected:
        return 0, ""
    finally:
        connection.close()
