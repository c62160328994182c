"""The module that an ASGI server imports, called as a server calls it."""

from __future__ import annotations

import asyncio
import importlib.util
import signal
import sys
from pathlib import Path

import pytest

from deploytasks.agent.release.layout import App
from deploytasks.errors import VariableError
from deploytasks.roles.app import body, visitor
from deploytasks.roles.app.asgi import template
from deploytasks.roles.app.visitor import Proxies
from deploytasks.source.code.app_ref import AppRef
from tests.roles.rendered import DEFAULT, rendered

ASGI = """
scopes = []


async def app(scope, receive, send):
    scopes.append(scope)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-app", b"shop")]})
    await send({"type": "http.response.body", "body": b"shop"})


def create_app():
    return app
"""
WSGI = """
environs = []


def app(environ, start_response):
    environs.append(environ)
    start_response("200 OK", [("X-App", "shop")])
    return [environ["wsgi.input"].read()]
"""
SCOPE = {
    "type": "http",
    "http_version": "1.1",
    "method": "POST",
    "path": "/",
    "query_string": b"",
    "scheme": "http",
    "server": None,
    "client": None,
}
FORWARDED = [(b"x-forwarded-for", b"6.6.6.6, 203.0.113.7"), (b"x-forwarded-proto", b"https")]


@pytest.fixture
def served(tmp_path, monkeypatch):
    """Makes the module for an app of *source*, with the link *sockets*/current.sock to what is current."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setitem(sys.modules, "deploytasks_visitor", visitor)
    monkeypatch.setitem(sys.modules, "deploytasks_body", body)
    code = tmp_path / "code"
    code.mkdir()
    reloaded = signal.getsignal(signal.SIGHUP)

    def module(source, name="app", *, factory=False, threads=0, behind_a_web_server=True, tells=False):
        monkeypatch.delitem(sys.modules, "shop_of_test", raising=False)
        (code / "shop_of_test.py").write_text(source)
        app = type("AppHere", (App,), {"sockets": str(tmp_path)})("shop", "/srv/shop", "shop")
        text = template(
            "asgi.py.j2",
            app=app,
            release=app.release("r1"),
            ref=AppRef("shop_of_test", name, factory=factory),
            directory=str(code),
            threads=threads,
            tells=tells,
            behind_a_web_server=behind_a_web_server,
            body_bytes=0,
            proxies=Proxies() if behind_a_web_server else Proxies(0),
        )
        (tmp_path / "deploytasks_app.py").write_text(text)
        spec = importlib.util.spec_from_file_location("deploytasks_app", tmp_path / "deploytasks_app.py")
        found = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(found)
        return found

    yield module
    signal.signal(signal.SIGHUP, reloaded)


def ask(module, headers=(), body=b"", **scope):
    """The messages that the module sends for one request."""
    sent = []

    async def receive():
        return {"type": "http.request", "body": body}

    async def send(message):
        sent.append(message)

    asyncio.run(module.app({**SCOPE, "headers": list(headers), **scope}, receive, send))
    return sent


def seen_by_the_app():
    return sys.modules["shop_of_test"].scopes[-1]


def test_the_app_is_told_who_asked_the_web_server(served):
    ask(served(ASGI), FORWARDED)
    assert seen_by_the_app()["client"] == ("203.0.113.7", 0)
    assert seen_by_the_app()["scheme"] == "https"


def test_without_the_fields_nothing_is_made_up(served):
    ask(served(ASGI))
    assert (seen_by_the_app()["client"], seen_by_the_app()["scheme"]) == (None, "http")


def test_a_lifespan_is_handed_on_as_it_is(served):
    scope = {"type": "lifespan", "asgi": {"version": "3.0"}}
    asyncio.run(served(ASGI).app(scope, None, no_matter))
    assert seen_by_the_app() is scope


async def no_matter(message):
    del message


def test_the_web_server_is_told_that_each_answer_is_a_connections_last(served):
    head, body = ask(served(ASGI))
    assert head["headers"] == [(b"x-app", b"shop"), (b"connection", b"close")]
    assert body == {"type": "http.response.body", "body": b"shop"}


def test_without_a_web_server_nobody_is_believed(served):
    ask(served(ASGI, behind_a_web_server=False), [*FORWARDED, (b"host", b"shop.test")])
    assert (seen_by_the_app()["client"], seen_by_the_app()["scheme"]) == (None, "http")
    assert seen_by_the_app()["headers"] == [(b"host", b"shop.test")]


@pytest.mark.parametrize(("current", "ends"), [("r1.sock", False), ("r2.sock", True), (None, True)])
def test_without_a_web_server_connections_end_once_another_release_is_current(
    served, tmp_path, current, ends
):
    if current:
        (tmp_path / "current.sock").symlink_to(current)
    head, _ = ask(served(ASGI, behind_a_web_server=False))
    assert ((b"connection", b"close") in head["headers"]) is ends


def test_a_factory_is_called(served):
    head, _ = ask(served(ASGI, "create_app", factory=True))
    assert head["status"] == 200


def test_the_app_starts_in_its_own_directory(served, tmp_path):
    served(ASGI)
    assert Path.cwd() == tmp_path / "code"


def test_a_wsgi_app_is_adapted(served):
    head, *bodies = ask(served(WSGI, threads=2), FORWARDED, b"a book")
    environ = sys.modules["shop_of_test"].environs[-1]
    assert (environ["REMOTE_ADDR"], environ["wsgi.url_scheme"]) == ("203.0.113.7", "https")
    assert (b"x-app", b"shop") in head["headers"]
    assert b"".join(message["body"] for message in bodies) == b"a book"


@pytest.mark.parametrize("server", ["fastcgi", "cgi"])
def test_a_server_for_wsgi_refuses_an_asgi_app(tmp_path, server):
    (tmp_path / "main.py").write_text("from fastapi import FastAPI\n\napp = FastAPI()\n")
    (tmp_path / "requirements.txt").write_text("fastapi==0.120.0\n")
    with pytest.raises(VariableError) as error:
        rendered({**DEFAULT, "app_source": str(tmp_path), "app_callable": "main:app", "app_server": server})
    assert str(error.value) == (
        f"prod1: main:app is ASGI, which app_server={server} cannot serve; "
        "set app_server to gunicorn, uvicorn or hypercorn"
    )


FAILING = """
async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 500, "headers": []})
    if scope["path"] == "/early":
        raise RuntimeError("before the end")
    await send({"type": "http.response.body", "body": b"sorry"})
    raise RuntimeError("after the answer")
"""


@pytest.mark.parametrize(("path", "tells", "told"), [("/", True, 1), ("/", False, 0), ("/early", True, 0)])
def test_what_an_app_raises_after_its_answer_is_told_for_a_server_that_does_not(
    served, capsys, path, tells, told
):
    with pytest.raises(RuntimeError):
        ask(served(FAILING, tells=tells), path=path)
    assert capsys.readouterr().err.count("RuntimeError: after the answer") == told


def test_gunicorns_own_worker_is_such_a_server(tmp_path):
    (tmp_path / "requirements.txt").write_text("fastapi\n")
    (tmp_path / "app.py").write_text("from fastapi import FastAPI\n\napp = FastAPI()\n")
    texts = {
        server: rendered({**DEFAULT, "app_source": str(tmp_path), "app_server": server})
        for server in ("gunicorn", "uvicorn")
    }
    place = "/srv/hello/releases/RELEASE/asgi/deploytasks_app.py"
    assert ["traceback" in texts[server][place] for server in ("gunicorn", "uvicorn")] == [True, False]
