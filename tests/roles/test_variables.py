"""A wrong variable is told by its name, its value and what was expected, before any host is contacted."""

from __future__ import annotations

import pytest

from deploytasks.errors import VariableError
from tests.roles.rendered import DEFAULT, rendered

WRONG = {
    "an unknown variable has a nearest name": (
        {"nginx_sever_name": "example.org"},
        'unknown variable nginx_sever_name; did you mean "nginx_server_name"?',
    ),
    "a managed setting says who manages it": (
        {"gunicorn_bind": "0.0.0.0:80"},
        "gunicorn_bind is managed by deploytasks: the instance gets its socket from systemd",
    ),
    "a number is a number": ({"gunicorn_workers": "many"}, "gunicorn_workers: 'many': expected "),
    "a number has a range": (
        {"nginx_listen": 70000},
        "nginx_listen: 70000: expected a whole number <= 65535",
    ),
    "a server is one of those there are": ({"app_server": "tomcat"}, "app_server: 'tomcat': "),
    "a list is a list": ({"ufw_allow": 80}, "ufw_allow: 80: expected "),
    "an app has a plain name": ({"app_name": "My App"}, "app_name: 'My App': "),
    "an app is no system service": (
        {"app_name": "nginx"},
        "name: 'nginx' is the name of a system account or service; choose another",
    ),
    "an app does not run as root": (
        {"app_user": "root"},
        "user: 'root' is no user to run an app; leave app_user out",
    ),
    "a health status is a range": (
        {"app_health_status": "fine"},
        "health_status: 'fine'; expected such as 200-399 or 200,204",
    ),
    "the loader's variables are not the app's": (
        {"app_env": {"LD_PRELOAD": "x"}},
        "env: 'LD_PRELOAD' cannot be set; expected a name such as DATABASE_URL",
    ),
    "what is shared is inside the source": (
        {"app_shared": ["../uploads"]},
        "shared: '../uploads'; expected a path inside the app's source, such as uploads",
    ),
    "a removed worker class names its successor": (
        {"gunicorn_worker_class": "gaiohttp"},
        "worker_class: 'gaiohttp' is no longer in gunicorn; use gthread",
    ),
    "a log file is in the app's own directory": (
        {"gunicorn_accesslog": "/tmp/access.log"},
        "gunicorn_accesslog: '/tmp/access.log'; expected - (the journal) or a file in /var/log/hello",
    ),
    "a server name is a host name": (
        {"nginx_server_name": "https://example.org"},
        "server_name: 'https://example.org' is not a host name; expected such as example.org or *.example.org",
    ),
    "a server name with an umlaut has an IDNA form": (
        {"nginx_server_name": "bücher.example"},
        "server_name: 'bücher.example'; use its IDNA form xn--bcher-kva.example",
    ),
    "a size is a size of nginx": (
        {"nginx_client_max_body_size": "10 MB"},
        "nginx_client_max_body_size: '10 MB': ",
    ),
    "a version is text": (
        {"app_python": 3.10},
        "app_python: 3.1 was read as a number; quote it twice in an inventory: \"'3.10'\"",
    ),
}


@pytest.mark.parametrize(("variables", "message"), WRONG.values(), ids=WRONG)
def test_wrong(variables, message):
    with pytest.raises(VariableError) as error:
        rendered({**DEFAULT, **variables})
    assert message in str(error.value)


def test_a_message_begins_with_the_file_that_the_value_stands_in():
    with pytest.raises(VariableError) as error:
        rendered({**DEFAULT, "nginx_listen": "http"})
    assert str(error.value).partition(": ")[0].endswith("group_vars/all.json:1")


def test_a_missing_name_is_asked_for():
    with pytest.raises(VariableError, match="^prod1: app_name is missing; set it in the inventory"):
        rendered({})


def test_everything_that_is_wrong_is_told_at_once():
    with pytest.raises(VariableError) as error:
        rendered({**DEFAULT, "nginx_listen": "http", "ufw_colour": "green", "gunicorn_workers": 0})
    assert len(str(error.value).splitlines()) == 3
