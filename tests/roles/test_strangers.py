"""Where no web server stands in front, an app hears nothing of what clients say of themselves."""

from __future__ import annotations

import asyncio
import sys
from types import ModuleType
from typing import Any

import pytest

from deploytasks.roles.app import body, strangers, visitor
from deploytasks.roles.app.visitor import FORWARDED, SAID_BY_PROXIES
from tests.roles.rendered import DEFAULT, rendered

LIES = {
    **dict.fromkeys(strangers.HEADERS, "evil"),
    "X-Forwarded-For": "6.6.6.6",
    "X-Forwarded-Anything": "evil",
}
WSGI = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in LIES.items()}
ASGI = [(name.lower().encode(), value.encode()) for name, value in LIES.items()]
HARMLESS = {"HTTP_HOST": "shop.test", "HTTP_PROXY_AUTHORIZATION": "Basic eA=="}


@pytest.fixture
def hello(monkeypatch):
    """What the app of the examples hears, whose module is this one."""
    heard: dict[str, Any] = {}

    async def asgi(scope, receive, send):
        heard.update(scope)

    def wsgi(environ, start_response):
        heard.update(environ)

    module = ModuleType("app")
    vars(module)["app"] = lambda *said: (wsgi if "wsgi.url_scheme" in said[0] else asgi)(*said)
    monkeypatch.setitem(sys.modules, "app", module)
    monkeypatch.setitem(sys.modules, "deploytasks_visitor", visitor)
    monkeypatch.setitem(sys.modules, "deploytasks_body", body)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr("os.chdir", lambda _: None)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    return heard


def module_of(kind: str, **variables: Any) -> dict[str, Any]:
    """What the module that the server imports has in it."""
    texts = rendered({**DEFAULT, "app_web_server": "none", **variables})
    (text,) = (text for path, text in texts.items() if path.endswith(f"{kind}/deploytasks_app.py"))
    module: dict[str, Any] = {}
    exec(text, module)  # noqa: S102
    return module


@pytest.mark.parametrize("server", ["gunicorn", "uwsgi", "mod_wsgi"])
def test_a_wsgi_app_hears_no_stranger(server, hello):
    module = module_of("wsgi", app_server=server)
    module["app"]({**HARMLESS, **WSGI, "wsgi.url_scheme": "http"}, None)
    unknown = {
        "PATH_INFO": "",
        "REMOTE_ADDR": "",
        "SERVER_NAME": "shop.test",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
    }
    assert hello == {**HARMLESS, **unknown}


@pytest.mark.parametrize("server", ["gunicorn", "uwsgi", "mod_wsgi"])
def test_a_server_is_not_believed_when_it_believes_a_client(server, hello):
    module = module_of("wsgi", app_server=server)
    module["app"]({"wsgi.url_scheme": "https"}, None)
    assert hello["wsgi.url_scheme"] == "http"


@pytest.mark.parametrize("server", ["uvicorn", "hypercorn"])
def test_an_asgi_app_hears_no_stranger(server, hello):
    module = module_of("asgi", app_server=server, **{f"{server}_interface": "asgi"})
    harmless = [(b"host", b"shop.test")]
    disguised = [(name.replace(b"-", b"_"), value) for name, value in ASGI if b"-" in name]
    asyncio.run(module["app"]({"type": "http", "headers": [*harmless, *ASGI, *disguised]}, None, None))
    assert hello["headers"] == harmless


def test_releases_know_the_same_fields():
    names = {"HTTP_" + name.upper().replace("-", "_") for name in (*strangers.HEADERS, "X-Real-IP")}
    assert {name for name in names if not name.startswith(FORWARDED)} == SAID_BY_PROXIES


def test_a_proxy_that_gunicorn_is_told_to_trust_is_heard():
    texts = rendered({**DEFAULT, "app_web_server": "none", "gunicorn_forwarded_allow_ips": "10.0.0.1"})
    assert not [path for path in texts if path.endswith("wsgi/deploytasks_app.py")]


@pytest.mark.parametrize("server", ["gunicorn", "uwsgi", "mod_wsgi"])
def test_behind_a_web_server_its_word_counts(server, hello):
    module = module_of("wsgi", app_server=server, app_web_server="nginx")
    said = {"HTTP_X_FORWARDED_FOR": "203.0.113.7", "HTTP_X_FORWARDED_PROTO": "https"}
    module["app"]({**HARMLESS, **said, "wsgi.url_scheme": "http", "REMOTE_ADDR": ""}, None)
    assert (hello["REMOTE_ADDR"], hello["wsgi.url_scheme"]) == ("203.0.113.7", "https")


@pytest.mark.parametrize("worker_class", ["tornado", "aiohttp.GunicornWebWorker"])
def test_a_worker_class_that_wants_more_than_a_call_gets_the_app_itself(worker_class):
    texts = rendered({**DEFAULT, "gunicorn_worker_class": worker_class})
    assert not [path for path in texts if path.endswith("wsgi/deploytasks_app.py")]
