"""uWSGI on a real host: from PyPI and from Debian, its sockets, its end, its mounts."""

from __future__ import annotations

import http.client
import json
import secrets
import shutil
import threading
from pathlib import Path

import pytest

from deploytasks.roles.app import strangers
from tests.e2e.controller import wait_for
from tests.e2e.project import Project

DJANGO = Path(__file__).parents[2] / "examples/django"
SLOW_S = 3
APP = f'''
"""Says how it is served; ``/slow`` leaves a file behind and answers later."""

import json
import os
import sys
import time

SHARED = os.path.realpath("../../../shared")


def create_app():
    return app


def app(environ, start_response):
    if environ["PATH_INFO"] == "/slow":
        open(os.path.join(SHARED, "begun"), "w").close()
        time.sleep({SLOW_S})
    answer = {{"environ": {{name: str(value) for name, value in environ.items()}}, "prefix": sys.prefix}}
    body = json.dumps(answer).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
'''


@pytest.fixture(scope="module")
def deploy(web, tmp_path_factory):
    """Deploy the app with some variables."""

    def made(**variables) -> Project:
        name = f"u{secrets.token_hex(3)}"
        chosen = {"app_server": "uwsgi", "app_callable": "app:create_app()", **variables}
        project = Project.make(name, tmp_path_factory.mktemp(name), web, **chosen)
        project.write("app/app.py", APP)
        project.deploy()
        return project

    return made


@pytest.fixture(scope="module", params=["pip", "debian"])
def project(request, deploy):
    """The app with uWSGI from there."""
    return deploy(uwsgi_from=request.param, uwsgi_limit_as=512, uwsgi_threads=2)


def test_the_build_that_was_asked_for_serves_the_releases_environment(project):
    says = ask(project, "/")
    assert ("debian" in says["environ"]["uwsgi.version"]) == (project.variables["uwsgi_from"] == "debian")
    environment = project.target.run(["readlink", "-f", f"{project.root}/current/venv"]).stdout.strip()
    prefix = project.target.run(["readlink", "-f", says["prefix"]]).stdout.strip()
    assert prefix == environment


def test_it_says_itself_that_it_is_ready(project):
    assert shown(project, "Type") == "notify"
    assert shown(project, "StatusText") == "uWSGI is ready"


def test_a_second_deploy_changes_nothing(project):
    assert project.deploy().host["changed"] == 0


def test_its_limits_hold_in_the_hardened_unit(project):
    limits = project.target.run(["cat", f"/proc/{shown(project, 'MainPID')}/limits"]).stdout
    assert f"Max address space         {512 << 20}" in limits


def test_every_variable_of_a_request_arrives(project):
    given = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https", "Cookie": "c" * 7000}
    given.update(dict.fromkeys(strangers.HEADERS, "evil.test"))
    environ = ask(project, "/a%20b/c?x=1&y=%C3%BC", given)["environ"]
    assert environ["SCRIPT_NAME"] == ""
    assert environ["PATH_INFO"] == "/a b/c"
    assert environ["REQUEST_URI"] == "/a%20b/c?x=1&y=%C3%BC"
    assert environ["QUERY_STRING"] == "x=1&y=%C3%BC"
    assert environ["HTTP_HOST"] == environ["SERVER_NAME"] == f"{project.name}.test"
    assert environ["HTTP_X_FORWARDED_FOR"] == environ["REMOTE_ADDR"]
    assert environ["HTTP_X_FORWARDED_PROTO"] == environ["wsgi.url_scheme"] == "http"
    assert environ["HTTP_COOKIE"] == "c" * 7000
    assert "evil.test" not in environ.values()


@pytest.mark.parametrize("act", ["reload", "stop"])
def test_a_request_under_way_is_answered_before_the_instance_ends(project, act):
    begun = f"{project.root}/shared/begun"
    project.target.run(["rm", "-f", begun])
    answers = []
    slow = threading.Thread(target=lambda: answers.append(ask(project, "/slow")))
    slow.start()
    wait_for(lambda: not project.target.run(["test", "-e", begun], check=False).returncode, "a slow request")
    project.target.run(["systemctl", act, unit(project)])
    slow.join()
    assert len(answers) == 1
    project.target.run(["systemctl", "start", unit(project)])
    assert ask(project, "/")


def test_an_app_below_a_prefix_is_told_where_it_is(deploy):
    project = deploy(uwsgi_mount={"/shop": "app:create_app()"})
    environ = ask(project, "/shop/list")["environ"]
    assert (environ["SCRIPT_NAME"], environ["PATH_INFO"]) == ("/shop", "/list")


@pytest.mark.parametrize("build", ["pip", "debian"])
def test_the_router_reaches_the_workers_without_a_network(deploy, build):
    port = {"pip": 8101, "debian": 8102}[build]
    project = deploy(
        uwsgi_from=build, uwsgi_http_router=True, app_network="none", app_web_server="none", app_port=port
    )
    script = f"import urllib.request as u; print(u.urlopen('http://localhost:{port}/on').read().decode())"
    environ = json.loads(project.target.run(["python3", "-c", script]).stdout)["environ"]
    assert environ["UWSGI_ROUTER"] == "http"
    assert environ["PATH_INFO"] == "/on"


def test_an_app_that_cannot_be_imported_is_told_with_its_own_last_words(deploy):
    project = deploy()
    project.write("app/app.py", APP + "\nimport nonsense\n")
    run = project.inv("deploy")
    assert run.exit_code == 2
    assert run.failure["output"].endswith("ModuleNotFoundError: No module named 'nonsense'")
    assert ask(project, "/")


def test_djangos_module_is_found(web, tmp_path):
    project = Project(f"u{secrets.token_hex(3)}", tmp_path, web)
    shutil.copytree(DJANGO, tmp_path / "app")
    project.write("tasks.py", "from deploytasks.tasks import ns\n")
    project.write("inventory.ini", f"{web.entry}\n")
    project.configure(
        app_name=project.name,
        app_source=str(tmp_path / "app"),
        app_server="uwsgi",
        app_shared=["data/"],
        app_watch_s=0,
        app_env={"SECRET_KEY": "secret", "ALLOWED_HOSTS": f"{project.name}.test"},
        nginx_server_name=f"{project.name}.test",
    )
    project.deploy()
    assert "none yet" in project.request().body.decode()


def ask(project, path, headers=None):
    """What the app says to a request through nginx."""
    connection = http.client.HTTPConnection(project.target.host, project.target.http_port, timeout=30)
    try:
        connection.request("GET", path, headers={"Host": f"{project.name}.test", **(headers or {})})
        answer = connection.getresponse()
        assert answer.status == 200
        return json.loads(answer.read())
    finally:
        connection.close()


def unit(project):
    return f"{project.name}@{project.current}.service"


def shown(project, name):
    """A property of the instance's unit, as systemd shows it."""
    return project.target.run(
        ["systemctl", "show", "--value", f"--property={name}", unit(project)]
    ).stdout.strip()
