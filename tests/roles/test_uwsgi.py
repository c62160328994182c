"""uWSGI's ini file says what was asked for, in each of its builds."""

from __future__ import annotations

import dataclasses
import shutil

import pytest

from deploytasks.errors import VariableError
from deploytasks.planning.role import variable_name
from deploytasks.roles import uwsgi
from deploytasks.roles.uwsgi.settings import MANAGED, listed
from tests.roles.rendered import DEFAULT, HELLO, plan_with, rendered

ANY = {**DEFAULT, "app_server": "uwsgi"}
OTHER_CONFIGURATIONS = {"config", "include", "inherit", "ini", "json", "xml", "yaml"}
"""Words of its configuration language, which are no options in options.txt."""


def ini(**variables) -> list[str]:
    return rendered({**ANY, **variables})["/srv/hello/releases/RELEASE/uwsgi.ini"].splitlines()


def extra(**variables) -> tuple[str, ...]:
    """What pip installs besides the app's requirements."""
    plan = plan_with({**ANY, **variables})
    return next(step.resource.extra for step in plan.steps if step.name == "install the dependencies")


@pytest.fixture
def requiring(tmp_path):
    """An app that requires *package* by itself."""

    def make(package: str) -> str:
        shutil.copytree(HELLO, tmp_path / package)
        (tmp_path / package / "requirements.txt").write_text(f"flask==3.0.3\n{package}==2.0.30\n")
        return str(tmp_path / package)

    return make


def test_every_option_is_a_variable_or_is_made_by_the_role():
    variables = {variable_name(uwsgi, field) for field in dataclasses.fields(uwsgi.Vars)}
    options = {f"uwsgi_{name.replace('-', '_')}" for name in listed()}
    assert options <= variables | {f"uwsgi_{name}" for name in MANAGED}


def test_what_the_role_makes_are_options():
    assert set(MANAGED) - {name.replace("-", "_") for name in listed()} == OTHER_CONFIGURATIONS


def test_an_option_is_given_as_often_as_its_list_is_long():
    lines = ini(uwsgi_add_header=["A: 1", "B: 2"], uwsgi_touch_reload="/tmp/reload", uwsgi_harakiri=30)
    assert [line for line in lines if line.startswith("add-header")] == [
        "add-header = A: 1",
        "add-header = B: 2",
    ]
    assert "touch-reload = /tmp/reload" in lines
    assert "harakiri = 30" in lines


def test_a_flag_is_there_or_is_not():
    lines = ini(uwsgi_disable_logging=True, uwsgi_need_app=False, uwsgi_thunder_lock=False)
    assert "disable-logging = true" in lines
    assert not any(line.startswith(("need-app", "thunder-lock")) for line in lines)


def test_an_option_whose_name_is_a_word_of_python_is_like_any_other():
    assert "import = hello.tasks" in ini(uwsgi_import="hello.tasks")


@pytest.mark.parametrize("name", ["uwsgi_processes", "uwsgi_workers"])
def test_there_is_one_number_of_processes(name):
    lines = ini(**{name: 3})
    assert [line for line in lines if line.endswith(" = 3")] == [f"{name.removeprefix('uwsgi_')} = 3"]
    assert "processes = 5" not in lines


def test_the_app_is_served_below_its_mount_only():
    lines = ini(uwsgi_mount={"/shop": "app:app", "/blog": "blog.wsgi:make()"})
    assert not [line for line in lines if line.startswith("module")]
    assert [line for line in lines if line.startswith("mount")] == [
        "mount = /shop=deploytasks_app:app",
        "mount = /blog=blog.wsgi:make()",
    ]
    assert "manage-script-name = true" in lines


def test_mounted_apps_are_beside_the_app():
    assert "module = deploytasks_app:app" in ini(uwsgi_mount={"/blog": "blog.wsgi:application"})


@pytest.mark.parametrize(
    ("variables", "lines"),
    [
        ({}, ["socket = fd://3"]),
        ({"app_web_server": "none"}, ["http-socket = fd://3", "add-header = Connection: close"]),
        (
            {"app_web_server": "none", "uwsgi_http_router": True},
            ["http = fd://3", "socket = /tmp/hello-RELEASE.sock", "add-header = Connection: close"],
        ),
        (
            {"app_web_server": "none", "uwsgi_http_router": True, "uwsgi_http_keepalive": 5},
            ["http = fd://3", "socket = /tmp/hello-RELEASE.sock"],
        ),
    ],
    ids=["uwsgi", "http", "router", "kept alive"],
)
def test_the_socket_speaks_what_the_web_server_speaks(variables, lines):
    of_socket = ("socket ", "http ", "http-socket", "add-header", "chmod-socket", "vacuum")
    assert [line for line in ini(**variables) if line.startswith(of_socket)] == lines


def test_requests_under_way_end_before_the_instance_does():
    graceful = "hook-master-start = unix_signal:15 gracefully_kill_them_all"
    assert graceful in ini()
    assert graceful not in ini(uwsgi_die_on_term=False)


def test_wheels_are_what_pip_installs():
    assert extra() == ("pyuwsgi",)
    assert "binary-path = /srv/hello/releases/RELEASE/venv/bin/python" in ini()


def test_greenlets_bring_their_package():
    assert extra(uwsgi_gevent=100) == ("pyuwsgi", "gevent")
    assert extra(uwsgi_gevent=100, uwsgi_from="debian") == ("gevent",)


def test_what_the_app_requires_itself_is_taken(requiring):
    assert extra(app_source=requiring("uwsgi")) == ()
    assert extra(app_source=requiring("pyuwsgi")) == ()


@pytest.mark.parametrize("how", ["required", "named"])
def test_the_program_is_told_its_environment(how, requiring):
    chosen = (
        {"app_source": requiring("uwsgi")} if how == "required" else {"uwsgi_packages": ["uWSGI==2.0.31"]}
    )
    lines = ini(**chosen)
    assert "virtualenv = /srv/hello/releases/RELEASE/venv" in lines
    assert not any(line.startswith("binary-path") for line in lines)


def test_debians_build_is_a_program_with_plugins():
    texts = rendered({**ANY, "uwsgi_from": "debian"})
    assert texts["/srv/hello/releases/RELEASE/uwsgi.ini"].splitlines()[2:4] == [
        "plugin = python311",
        "virtualenv = /srv/hello/releases/RELEASE/venv",
    ]
    assert "exec /usr/bin/uwsgi-core --ini" in texts["/srv/hello/releases/RELEASE/bin/web"]
    assert "provision  uwsgi: install uWSGI\n" in texts["steps"]


def test_debians_build_is_not_in_an_image():
    with pytest.raises(VariableError, match="app_runtime=docker installs with pip; set uwsgi_from=pip"):
        rendered({**ANY, "uwsgi_from": "debian", "app_runtime": "docker"})


def test_where_nobody_hands_it_a_socket_it_makes_one_and_takes_it_away():
    texts = rendered({**ANY, "app_runtime": "docker"})
    (text,) = (text for path, text in texts.items() if path.endswith("/uwsgi.ini"))
    assert {"socket = /run/hello/RELEASE.sock", "chmod-socket = 666", "vacuum = true"} <= set(
        text.splitlines()
    )


def test_asgi_is_not_for_it(tmp_path):
    (tmp_path / "app.py").write_text("async def app(scope, receive, send):\n    pass\n")
    (tmp_path / "requirements.txt").write_text("starlette\n")
    with pytest.raises(VariableError, match="app:app is ASGI, which app_server=uwsgi cannot serve"):
        rendered({**ANY, "app_source": str(tmp_path), "app_callable": "app:app"})
