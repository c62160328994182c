"""The programs that the roles fastcgi and cgi write, run as a runtime without systemd's sockets runs them."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from deploytasks.agent.protocols.fastcgi import SCRIPT
from deploytasks.agent.protocols.probe import Probe
from deploytasks.errors import VariableError
from deploytasks.planning.parts import Place
from deploytasks.roles import cgi, fastcgi
from deploytasks.roles.app import body as bodies
from deploytasks.roles.app import visitor
from deploytasks.roles.app.visitor import Proxies
from deploytasks.source.code.app_ref import AppRef
from tests.roles import rendered as rendering
from tests.roles.rendered import CASES, rendered

APP = """
import os


def create_app():
    return app


def app(environ, start_response):
    environ["wsgi.errors"].write(f"asked for {environ['PATH_INFO']}\\n")
    environ["wsgi.errors"].flush()
    body = environ["wsgi.input"].read() + os.environ.get("HTTP_PROXY", "no proxy").encode()
    start_response("200 OK", [("X-Directory", os.getcwd())])
    return [body]
"""
REF = AppRef("shop_of_test", "create_app", factory=True)


@pytest.fixture
def place(tmp_path):
    """Where an instance finds its things that makes its own socket."""
    (tmp_path / "code").mkdir()
    (tmp_path / "code/shop_of_test.py").write_text(APP)
    return Place(str(tmp_path), str(tmp_path / "code"), sys.prefix, str(tmp_path / "r1.sock"))


def answers(place, path="/"):
    """Empty as soon as the instance answers, within a deadline."""
    probe = Probe(place.socket, path, protocol="fastcgi")
    deadline = time.monotonic() + 30
    while said := probe.ask(5, lambda: None):
        if time.monotonic() > deadline:
            return said
    return said


@pytest.fixture
def serve(place, tmp_path):
    """Starts the FastCGI server; it is gone after the test."""
    pytest.importorskip("fcgisgi")
    started = []

    def start(ref=REF):
        text = fastcgi.template(
            "serve.py.j2",
            ref=ref,
            directory=place.code,
            place=place,
            processes=2,
            threads=2,
            drain_timeout_s=5,
            body_bytes=0,
            proxies=Proxies(),
        )
        shutil.copy(visitor.__file__, tmp_path / "deploytasks_visitor.py")
        shutil.copy(bodies.__file__, tmp_path / "deploytasks_body.py")
        program = tmp_path / "serve.py"
        program.write_text(text)
        with (tmp_path / "log").open("w") as log:
            started.append(subprocess.Popen([sys.executable, program], stderr=log))
        return started[-1]

    yield start
    for process in started:
        process.terminate()  # it takes its own processes along
        process.wait(30)


def test_the_server_answers_on_its_socket_to_everybody(serve, place):
    serve()
    assert answers(place, "/books") == ""
    assert Path(place.socket).stat().st_mode & 0o777 == 0o666


def test_what_the_app_says_goes_to_standard_error(serve, place, tmp_path):
    serve()
    assert answers(place, "/books") == ""
    assert "asked for /books\n" in (tmp_path / "log").read_text()


def test_the_server_ends_well_when_it_is_told_to_and_not_at_a_reload(serve, place):
    server = serve()
    assert answers(place) == ""
    server.send_signal(signal.SIGHUP)
    assert answers(place) == ""
    server.send_signal(signal.SIGTERM)
    assert server.wait(30) == 0


def test_an_app_that_cannot_be_imported_ends_the_server(serve, tmp_path):
    assert serve(AppRef("no_such_shop", "app")).wait(30) == 1
    log = (tmp_path / "log").read_text()
    assert "No module named 'no_such_shop'" in log
    assert log.endswith("a process ended, and the others with it\n")


def test_a_cgi_script_answers_one_request(place, tmp_path):
    text = cgi.template("app.j2", ref=REF, directory=place.code, place=place, body_bytes=0, proxies=Proxies())
    shutil.copy(visitor.__file__, tmp_path / "deploytasks_visitor.py")
    shutil.copy(bodies.__file__, tmp_path / "deploytasks_body.py")
    script = tmp_path / "app"
    script.write_text(text)
    script.chmod(0o755)
    request = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/books",
        "SERVER_NAME": "shop.test",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_PROXY": "http://evil.test",
    }
    done = subprocess.run([script], input=b"a book, ", env=request, capture_output=True, check=True)
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    assert head.splitlines()[0] == b"Status: 200 OK"
    assert f"X-Directory: {place.code}".encode() in head
    assert body == b"a book, no proxy"
    assert done.stderr == b"asked for /books\n"


def test_web_server_probe_and_instance_mean_the_same_script():
    texts = rendered(CASES["cgi"])
    assert f"fastcgi_param SCRIPT_FILENAME {SCRIPT};" in texts["/etc/nginx/sites-available/hello"]
    assert f" -p {SCRIPT} " in texts["/srv/hello/releases/RELEASE/cgi/serve"]
    assert f"/srv/hello/releases/RELEASE/cgi/{SCRIPT.removeprefix('./')}" in texts


def test_no_fastcgi_variable_is_said_twice():
    site = rendered(CASES["fastcgi"])["/etc/nginx/sites-available/hello"]
    names = [line.split()[1] for line in site.splitlines() if line.split()[:1] == ["fastcgi_param"]]
    assert len(names) == len(set(names))
    assert "include fastcgi_params" not in site


def test_an_old_python_is_told_before_anything_is_done(monkeypatch):
    monkeypatch.setattr(rendering, "FACTS", replace(rendering.FACTS, python="3.9.2"))
    with pytest.raises(VariableError) as error:
        rendered(CASES["fastcgi"])
    assert str(error.value) == (
        "prod1: app_server=fastcgi needs Python 3.11 and python3 is 3.9; set app_python to a later one that the "
        "host has, or choose another app_server"
    )
