"""The role gunicorn and the gunicorn that is installed here say the same."""

from __future__ import annotations

import dataclasses

import pytest
from gunicorn import workers as of_gunicorn
from gunicorn.config import KNOWN_SETTINGS, Config

from deploytasks.errors import VariableError
from deploytasks.roles.gunicorn.settings import HOOKS, MANAGED, REMOVED, Vars
from deploytasks.roles.gunicorn.workers import WORKERS
from tests.roles.rendered import DEFAULT, rendered

CONFIGURATION = "/srv/hello/releases/RELEASE/gunicorn.conf.py"
MODULE = "/srv/hello/releases/RELEASE/asgi/deploytasks_app.py"
SETTINGS = {setting.name for setting in KNOWN_SETTINGS}
SYNC = "deploytasks_sending.SyncWorker"
"""gunicorn's sync worker, alive while it sends."""
FASTAPI = "from fastapi import FastAPI\n\napp = FastAPI()\n"


def configuration(**variables):
    """What the rendered file sets, read as gunicorn reads it."""
    found = {}
    exec(rendered({**DEFAULT, **variables})[CONFIGURATION], found)
    del found["__builtins__"]
    return found


@pytest.fixture
def fastapi(tmp_path):
    """The variables of an app of FastAPI."""
    (tmp_path / "main.py").write_text(FASTAPI)
    (tmp_path / "requirements.txt").write_text("fastapi==0.120.0\n")
    return {"app_source": str(tmp_path), "app_callable": "main:app"}


def venv(**variables):
    """What gets installed besides the app's own requirements."""
    from tests.roles.rendered import plan_with

    (step,) = [
        step for step in plan_with({**DEFAULT, **variables}).steps if step.name == "install the dependencies"
    ]
    return step.resource.extra


def test_every_setting_is_a_variable_or_has_its_reason():
    variables = {field.name for field in dataclasses.fields(Vars)} - {"packages", "config_file"}
    assert variables | set(MANAGED) - {"config"} == SETTINGS - {"config"}
    assert variables & set(MANAGED) == set()


def test_the_worker_classes_are_those_of_gunicorn_and_of_uvicorn():
    own = {name for name in WORKERS if "." not in name}
    assert own - {"eventlet"} == set(of_gunicorn.SUPPORTED_WORKERS)
    assert not set(REMOVED) & set(of_gunicorn.SUPPORTED_WORKERS)


def test_gunicorn_takes_what_is_rendered():
    hooks = {f"gunicorn_{name}": "shop.hooks:hook" for name in HOOKS}
    found = configuration(gunicorn_threads=8, gunicorn_worker_class="gthread", **hooks)
    config = Config()
    for name, value in found.items():
        if name in SETTINGS - {"chdir"}:
            config.set(name, value)
    assert set(HOOKS) < set(found)
    assert config.settings["threads"].get() == 8


def test_a_hook_is_looked_up_when_it_is_called(tmp_path, monkeypatch):
    (tmp_path / "hooks_of_test.py").write_text("seen = []\n\ndef forked(*words):\n    seen.append(words)\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    configuration(gunicorn_post_fork="hooks_of_test:forked")["post_fork"]("server", "worker")
    import hooks_of_test

    assert hooks_of_test.seen == [("server", "worker")]


def test_an_asgi_app_gets_gunicorns_own_worker_for_it(fastapi):
    found = configuration(**fastapi)
    assert found["worker_class"] == "asgi"
    assert found["wsgi_app"] == "deploytasks_app:app"
    assert found["pythonpath"] == "/srv/hello/releases/RELEASE/asgi"
    assert "from main import app as served" in rendered({**DEFAULT, **fastapi})[MODULE]
    assert venv(**fastapi) == ("gunicorn",)


def test_an_asgi_app_that_says_which_gunicorn_gets_uvicorns_worker(fastapi, tmp_path):
    (tmp_path / "requirements.txt").write_text("fastapi==0.120.0\ngunicorn==21.2.0\n")
    assert configuration(**fastapi)["worker_class"] == "uvicorn_worker.UvicornWorker"
    assert venv(**fastapi) == ("uvicorn-worker",)


@pytest.mark.parametrize(
    ("pinned", "is_old"), [("19.9.0", True), ("20.1.0", True), ("21.2.0", False), ("25.3.0", False)]
)
def test_a_gunicorn_of_years_ago_gets_what_it_imports_and_the_app_on_its_command_line(
    tmp_path, pinned, is_old
):
    """Before 20.1 it takes no app from its file, before 21 it wants pkg_resources and sets its user anew."""
    (tmp_path / "app.py").write_text("from flask import Flask\napp = Flask(__name__)\n")
    (tmp_path / "requirements.txt").write_text(f"flask\ngunicorn=={pinned}\n")
    old = {"app_source": str(tmp_path), "app_callable": "app:app"}
    texts = rendered({**DEFAULT, **old})
    assert ("setuptools<81" in venv(**old)) == is_old
    assert (
        texts["/srv/hello/releases/RELEASE/bin/web"].rstrip().endswith("gunicorn.conf.py deploytasks_app:app")
    )
    assert ("setgroups" in texts["/etc/systemd/system/hello@.service"]) == is_old


def test_a_python_path_of_ones_own_comes_after_the_modules(fastapi):
    found = configuration(**fastapi, gunicorn_pythonpath="lib")
    assert found["pythonpath"] == "/srv/hello/releases/RELEASE/asgi,lib"


def test_a_python_path_of_the_apps_own_file_comes_after_the_modules():
    found = {"pythonpath": "lib"}
    exec(rendered(DEFAULT)[CONFIGURATION], found)
    assert found["pythonpath"] == "/srv/hello/releases/RELEASE/wsgi,lib"


def test_a_wsgi_app_gets_the_sync_worker():
    found = configuration()
    assert (found["worker_class"], found["wsgi_app"]) == (SYNC, "deploytasks_app:app")


def test_a_worker_brings_its_package():
    assert venv(gunicorn_worker_class="gevent_pywsgi") == ("gunicorn", "gevent", "packaging")
    assert venv(gunicorn_worker_class="tornado") == ("gunicorn", "tornado")


def test_a_worker_for_wsgi_cannot_serve_asgi(fastapi):
    with pytest.raises(VariableError) as error:
        configuration(**fastapi, gunicorn_worker_class="sync")
    assert str(error.value) == (
        "prod1: gunicorn_worker_class=sync serves WSGI and main:app is ASGI; leave it out, or take one of "
        "asgi, uvicorn_worker.UvicornWorker, uvicorn_worker.UvicornH11Worker, uvicorn.workers.UvicornWorker, "
        "uvicorn.workers.UvicornH11Worker"
    )


def test_a_worker_for_asgi_cannot_serve_flask():
    with pytest.raises(VariableError) as error:
        configuration(gunicorn_worker_class="asgi")
    assert str(error.value) == (
        "prod1: gunicorn_worker_class=asgi serves ASGI and app:app is WSGI; leave it out, or take one of "
        "sync, gthread, gevent, gevent_wsgi, gevent_pywsgi, eventlet, tornado"
    )


def test_an_app_whose_kind_does_not_show_is_served_as_the_worker_says(tmp_path):
    (tmp_path / "main.py").write_text("from elsewhere import *\n")
    (tmp_path / "requirements.txt").write_text("elsewhere==1.0\n")
    unclear = {"app_source": str(tmp_path), "app_callable": "main:app"}
    assert configuration(**unclear, gunicorn_worker_class="asgi")["wsgi_app"] == "deploytasks_app:app"
    assert configuration(**unclear)["worker_class"] == SYNC


def test_eventlet_wants_a_gunicorn_that_still_has_it():
    with pytest.raises(VariableError) as error:
        configuration(gunicorn_worker_class="eventlet")
    assert str(error.value) == (
        "prod1: gunicorn_worker_class=eventlet is no longer in gunicorn, since 26; use gevent or gthread, "
        'or an older gunicorn: gunicorn_packages=["gunicorn<26", "eventlet"]'
    )
    older = ["gunicorn<26", "eventlet"]
    found = configuration(gunicorn_worker_class="eventlet", gunicorn_packages=older)
    assert found["worker_class"] == "eventlet"
