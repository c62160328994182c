"""``inv serve``: the app that a deploy would find, run here with reload and debugger, until Ctrl-C."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from deploytasks.cli.serving import Site, interpreter_for
from deploytasks.source import AppRef

DEADLINE_S = 60
# An edited text is of another length: Python takes what it compiled a second ago for current otherwise.
FLASK = """
import os

from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return os.environ.get("GREETING", "one")


@app.get("/broken")
def broken():
    return 1 / 0
"""
PLAIN = """
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"one"]
"""
ASGI = """
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"one"})
"""
INVENTORY = """
[web]
prod1
prod2

[all:vars]
app_name=shop
app_source=.
app_env={"GREETING": "from the inventory"}
"""


@dataclass(frozen=True)
class Desk:
    """A directory in which a person types ``inv serve``; the app's source is there, too."""

    directory: Path
    port: int

    def write(self, path: str, text: str) -> None:
        (self.directory / path).parent.mkdir(parents=True, exist_ok=True)
        (self.directory / path).write_text(text)

    def bare_environment(self) -> None:
        """A virtual environment in which nothing is installed."""
        argv = [sys.executable, "-m", "venv", "--without-pip", str(self.directory / ".venv")]
        subprocess.run(argv, check=True)

    def start(self, *words: str) -> subprocess.Popen[str]:
        port = () if "--port" in words else ("--port", str(self.port))
        argv = [sys.executable, "-m", "deploytasks", "serve", *port, *words]
        pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(argv, cwd=self.directory, **pipes)

    @contextmanager
    def serving(self, *words: str) -> Iterator[list[str]]:
        """While it serves; what it said is in the list. It must end with 130 when it is interrupted."""
        said: list[str] = []
        with self.start(*words) as process:
            reader = threading.Thread(target=lambda: said.extend(process.stderr or ()))
            reader.start()
            try:
                wait_for(lambda: self.page() is not None or process.poll() is not None, said)
                yield said
            finally:
                process.send_signal(signal.SIGINT)
                try:
                    assert process.wait(DEADLINE_S) == 130, said
                finally:
                    process.kill()
                reader.join(DEADLINE_S)
        assert self.page() is None

    def refused(self, *words: str) -> str:
        """What it says when it does not serve at all."""
        with self.start(*words) as process:
            _, said = process.communicate(timeout=DEADLINE_S)
        assert process.returncode == 5, said
        assert "Traceback" not in said
        return said

    def page(self, path: str = "/") -> str | None:
        """What is answered; None when nobody is there, or leaves in the middle of an answer."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=DEADLINE_S) as answer:
                return answer.read().decode()
        except HTTPError as error:
            return error.read().decode()
        except (OSError, HTTPException):
            return None

    def saved(self, path: str, text: str, page: str, *, in_part: bool = False) -> bool:
        """
        Whether the page becomes *page*, or has it *in_part*, in time after *path* is saved with *text*. It is saved
        again and again, as a reloader may look at its files for the first time only after it has begun to answer.
        """

        def shown() -> bool:
            self.write(path, text)
            return page in str(self.page()) if in_part else self.page() == page

        return wait_for(shown, [], pause_s=2)


def wait_for(ready, said, pause_s: float = 0.05) -> bool:
    deadline = time.monotonic() + DEADLINE_S
    while not ready():
        assert time.monotonic() < deadline, said
        time.sleep(pause_s)
    return True


@pytest.fixture
def desk(tmp_path, monkeypatch) -> Desk:
    for name in ("VIRTUAL_ENV", "DEPLOYTASKS_INVENTORY", "DEPLOYTASKS_HOST", "ANSIBLE_INVENTORY", "GREETING"):
        monkeypatch.delenv(name, raising=False)
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    return Desk(tmp_path, port)


def test_a_flask_app_has_reload_debugger_and_static_files(desk):
    desk.write("app.py", FLASK)
    desk.write("static/site.css", "body {}\n")
    with desk.serving() as said:
        assert desk.page() == "one"
        assert desk.page("/static/site.css") == "body {}\n"
        assert "ZeroDivisionError" in str(desk.page("/broken"))
        assert "debugger.js" in str(desk.page("/broken"))
        assert desk.saved("app.py", FLASK.replace('"one"', '"another"'), "another")
    assert said[0].startswith("app:app (flask), found in app.py: http://127.0.0.1:")
    assert "stopped\n" in said


def test_an_app_factory_in_a_package_below_src(desk):
    body = FLASK.replace("\n", "\n    ")
    desk.write("src/shop/__init__.py", f"def create_app():\n    {body}\n    return app\n")
    with desk.serving() as said:
        assert desk.page() == "one"
    assert said[0].startswith("shop:create_app() (flask)")


def test_another_wsgi_app_is_served_by_werkzeug(desk):
    desk.write("wsgi.py", PLAIN)
    with desk.serving():
        assert desk.page() == "one"
        assert desk.saved("wsgi.py", PLAIN.replace("one", "another"), "another")
        assert desk.saved(
            "wsgi.py", PLAIN.replace("    start", "    1 / 0\n    start"), "debugger.js", in_part=True
        )


def test_an_asgi_app_is_served_by_uvicorn(desk):
    desk.write("asgi.py", ASGI)
    with desk.serving() as said:
        assert desk.page() == "one"
        assert desk.saved("asgi.py", ASGI.replace("one", "another"), "another")
    assert " -m uvicorn asgi:app --reload " in said[1]


def test_without_werkzeug_it_serves_all_the_same_and_says_what_is_missing(desk):
    desk.bare_environment()
    desk.write("wsgi.py", PLAIN)
    desk.write("assets/site.css", "body {}\n")
    desk.write("secret.txt", "not for anybody\n")
    desk.write("inventory.ini", INVENTORY + 'app_static={"/static": "assets"}\n')
    with desk.serving("--host", "prod1") as said:
        assert desk.page() == "one"
        assert desk.page("/static/site.css") == "body {}\n"
        assert desk.page("/static/../secret.txt") == "one"
        assert desk.page("/static/none.css") == "one"
    assert "no reload and no debugger: Werkzeug is not installed\n" in said
    assert "Traceback" not in "".join(said)


def test_a_framework_that_the_environment_lacks_is_named(desk):
    desk.bare_environment()
    desk.write("app.py", FLASK)
    python = desk.directory / ".venv/bin/python"
    assert desk.refused().splitlines() == [
        f"app:app (flask) needs flask, which {python} does not have",
        f"install it there: {python} -m pip install flask",
    ]


def test_the_inventorys_environment_is_for_those_who_name_a_host(desk):
    desk.write("app.py", FLASK)
    desk.write("inventory.ini", INVENTORY)
    with desk.serving():
        assert desk.page() == "one"
    with desk.serving("--host", "prod1"):
        assert desk.page() == "from the inventory"
    assert "these were chosen: prod1, prod2" in desk.refused("--host", "web")


def test_the_app_that_the_inventory_names_is_the_one_that_is_run(desk):
    desk.write("shop.py", FLASK.replace("app =", "site =").replace("@app", "@site"))
    desk.write("app.py", FLASK.replace("one", "another"))
    desk.write("inventory.ini", INVENTORY + "app_callable=shop:site\napp_requirements=none\n")
    with desk.serving("--host", "prod1") as said:
        assert said[0].startswith("shop:site (flask), found in app_callable: ")


def test_a_port_that_is_taken_is_told(desk):
    desk.write("app.py", FLASK)
    with socket.create_server(("127.0.0.1", desk.port)):
        assert "Address already in use" in desk.refused()


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (("--port", "0"), "--port 0: expected a number from 1 to 65535"),
        (("--bind", "localhost"), "--bind localhost: expected an address of this machine"),
        (("--source", "nowhere"), "nowhere: no such directory"),
        ((), "no web app found"),
    ],
)
def test_what_cannot_be_is_told(desk, flags, told):
    assert told in desk.refused(*flags)


def test_django_is_run_by_its_own_program(tmp_path):
    (tmp_path / "manage.py").touch()
    for interface in ("wsgi", "asgi"):
        site = Site(tmp_path, AppRef("shop.wsgi", "application", framework="django", interface=interface))
        manage = str(tmp_path / "manage.py")
        assert site.command("python", "127.0.0.1", 5000) == ("python", manage, "runserver", "127.0.0.1:5000")
        assert site.command("python", "::1", 5000)[-1] == "[::1]:5000"
        assert site.needs == ("django",)


def test_the_sources_own_environment_is_the_first_choice(tmp_path):
    active = tmp_path / "active"
    environ = {"VIRTUAL_ENV": str(active)}
    assert interpreter_for(tmp_path, environ) == sys.executable
    for home in (active, tmp_path / "venv", tmp_path / ".venv"):
        python = home / "bin/python"
        python.parent.mkdir(parents=True)
        python.touch(0o755)
        assert interpreter_for(tmp_path, environ) == str(python)
