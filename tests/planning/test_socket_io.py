"""Who deploys Socket.IO with several workers is told what becomes of its handshakes."""

from __future__ import annotations

import pytest

from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.notes import notes_of
from deploytasks.planning.plan import made_ready
from deploytasks.planning.project import Project
from deploytasks.planning.socket_io import strangers_among_workers
from deploytasks.planning.standard import standard_roles
from tests.roles.rendered import host_with

ALONE = (
    {"gunicorn_workers": 1},
    {"app_server": "waitress"},
    {"app_server": "uvicorn", "uvicorn_workers": 1},
    {"app_known": ["SocketIO"]},
)
SEVERAL = (
    ({}, "5 workers"),
    ({"gunicorn_workers": 4}, "4 workers"),
    ({"app_server": "uvicorn"}, "2 workers"),
    ({"app_server": "uwsgi", "uwsgi_processes": 3}, "3 workers"),
)


@pytest.fixture
def ready(tmp_path):
    """The host of an app that requires *package*, with these variables."""

    def made(package="flask-socketio", **variables):
        (tmp_path / "app.py").write_text("def app(environ, start_response):\n    return []\n")
        (tmp_path / "requirements.txt").write_text(f"{package}\n")
        host = host_with({"app_name": "chat", "app_source": str(tmp_path), **variables})
        return made_ready(host, standard_roles(host), Project.read)

    return made


@pytest.mark.parametrize(("variables", "count"), SEVERAL)
def test_several_workers_are_told(ready, variables, count):
    (finding,) = strangers_among_workers(deployment_of(ready(**variables)))
    assert finding.found.startswith(f"{count} share one socket")
    assert "gunicorn_workers=1" in finding.advice


@pytest.mark.parametrize("variables", ALONE)
def test_one_worker_has_all_clients_and_what_is_known_is_not_told(ready, variables):
    assert list(strangers_among_workers(deployment_of(ready(**variables)))) == []


def test_an_app_without_it_may_have_as_many_as_it_likes(ready):
    assert list(strangers_among_workers(deployment_of(ready("flask", gunicorn_workers=9)))) == []


def test_a_deploy_tells_it_too(ready):
    assert any("handshakes of Socket.IO" in note for note in notes_of(ready(), check=False))
