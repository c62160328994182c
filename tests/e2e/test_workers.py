"""Every worker class that gunicorn has, one after the other, serves the same project on one target."""

from __future__ import annotations

import pytest

from tests.e2e.asking import ASKING_APP, journal, says
from tests.e2e.project import Project

WSGI = {"app_callable": "app:app"}
ASGI = {"app_callable": "app:asgi"}
LEFT = {"gunicorn_worker_class": None, "gunicorn_packages": []}
OLDER = ["gunicorn==25.3.0", "eventlet"]

WORKERS = {
    "sync": WSGI,
    "gthread": {**WSGI, "gunicorn_worker_class": "gthread", "gunicorn_threads": 2},
    "gevent": {**WSGI, "gunicorn_worker_class": "gevent"},
    "tornado": {**WSGI, "gunicorn_worker_class": "tornado"},
    "eventlet": {**WSGI, "gunicorn_worker_class": "eventlet", "gunicorn_packages": OLDER},
    "asgi": ASGI,
    "uvicorn_worker.UvicornWorker": {**ASGI, "gunicorn_worker_class": "uvicorn_worker.UvicornWorker"},
}
"""What each class wants set; ``sync`` and ``asgi`` are what gunicorn's role takes by itself."""


SHOWN = {"sync": "deploytasks_sending.SyncWorker"}
"""What gunicorn calls those that have another name than the variable has."""


@pytest.fixture(scope="module")
def project(target, tmp_path_factory):
    project = Project.make("workers", tmp_path_factory.mktemp("workers"), target("debian12"))
    project.code("one", ASKING_APP)
    return project


@pytest.mark.parametrize("name", WORKERS)
def test_the_worker_class_serves(project, name):
    project.configure(**{**LEFT, **WORKERS[name]})
    project.deploy()
    assert project.says["release"] == project.current
    assert project.request(b"a" * 100_000).status == 200
    assert f"Using worker: {SHOWN.get(name, name)}" in journal(project)
    assert project.deploy().host["changed"] == 0


def test_an_asgi_app_knows_who_asks_and_nobody_can_lie(project):
    project.configure(**{**LEFT, **ASGI})
    project.deploy()
    said = says(project, "/")
    assert said["client"] == said["seen_by_the_web_server"]
    assert said["scheme"] == "http"
