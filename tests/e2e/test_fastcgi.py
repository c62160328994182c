"""FastCGI and CGI: what the web server says of a request arrives as it should, and once."""

from __future__ import annotations

import pytest

from tests.e2e.asking import ASKING_APP, ask, journal, says
from tests.e2e.project import Project


@pytest.fixture(scope="module", params=["fastcgi", "cgi"])
def project(request, target, tmp_path_factory):
    """A project that the server of the parameter serves."""
    name = request.param
    project = Project.make(f"of-{name}", tmp_path_factory.mktemp(name), target("debian12"))
    project.code("one", ASKING_APP)
    project.configure(app_server=name, app_callable="app:wsgi")
    project.deploy()
    return project


def test_every_variable_arrives_as_it_should(project):
    assert says(project, "/a%20b?x=1&y=%20")["environ"] == {
        "SCRIPT_NAME": "",
        "PATH_INFO": "/a b",
        "QUERY_STRING": "x=1&y=%20",
        "HTTP_HOST": f"{project.name}.test",
        "SERVER_NAME": f"{project.name}.test",
        "SERVER_PORT": "80",
        "CONTENT_LENGTH": "",
        "HTTP_X_FORWARDED_FOR": says(project, "/")["seen_by_the_web_server"],
        "HTTP_X_FORWARDED_PROTO": "http",
    }


def test_the_app_knows_who_asks_and_nobody_can_lie(project):
    said = says(project, "/")
    assert said["client"] == said["seen_by_the_web_server"]
    assert said["scheme"] == "http"
    assert "http://evil.test" not in said["environment"].values()


def test_a_body_arrives_whole(project):
    assert says(project, "/", b"a" * 1_000_000)["body"] == 1_000_000


def test_an_answer_without_a_body_is_one(project):
    assert (ask(project, "/empty").status, ask(project, "/empty").body) == (204, b"")
    assert ask(project, "/", method="HEAD").status == 200


def test_the_environment_of_the_inventory_is_the_apps(project):
    project.configure(app_env={"GREETING": "hello"})
    project.deploy()
    assert project.says["environment"]["GREETING"] == "hello"


def test_what_the_app_says_on_its_error_stream_is_in_the_journal(project):
    ask(project, "/aloud")
    assert "asked for /aloud" in journal(project)


def test_each_instance_runs_its_own_release(project):
    first = project.current
    project.code("two", ASKING_APP)
    project.deploy()
    assert (project.says["version"], project.says["release"]) == ("two", project.current)
    assert project.inv("rollback").exit_code == 0
    assert (project.says["version"], project.says["release"]) == ("one", first)
