"""The probe asks a real uWSGI, on a unix socket and on a port."""

from __future__ import annotations

import json
import socket
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from deploytasks.agent.protocols import uwsgi
from deploytasks.agent.protocols.answer import read_answer
from deploytasks.agent.protocols.probe import Probe

pytest.importorskip("pyuwsgi")

APP = '''
"""Answers with what it was asked; what that is says how."""

import json


def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/boom":
        raise ValueError("boom")
    status = {"/teapot": "418 I am a teapot", "/gone": "302 Found"}.get(path, "200 OK")
    start_response(status, [("Content-Type", "text/plain"), ("Location", "/")])
    if path == "/empty":
        return []
    if path == "/long":
        return [b"x" * 200_000]
    return [json.dumps({name: str(value) for name, value in environ.items()}).encode()]
'''
MOST = 1 << 20
HEADERS = {"Host": "shop.example.org", "X-Forwarded-Proto": "https"}


@pytest.fixture(scope="module", params=["unix", "tcp"])
def server(request, tmp_path_factory):
    """The address at which uWSGI answers: a path or a port."""
    directory = tmp_path_factory.mktemp("uwsgi")
    (directory / "app.py").write_text(APP)
    family = socket.AF_UNIX if request.param == "unix" else socket.AF_INET
    with socket.socket(family) as listening:
        listening.bind(str(directory / "server.sock") if request.param == "unix" else ("127.0.0.1", 0))
        listening.listen()
        name = listening.getsockname()
        with serving(directory, listening.fileno()) as process:
            yield name if request.param == "unix" else str(name[1])
            process.kill()


def serving(directory, descriptor):
    """uWSGI on a descriptor that it is handed, as by systemd or Supervisor."""
    program = Path(sys.executable).with_name("uwsgi")
    options = ("--socket", f"fd://{descriptor}", "--module", "app", "--need-app", "--threads", "2")
    return subprocess.Popen([program, "--strict", *options], cwd=directory, pass_fds=[descriptor])


def ask(server, path, **wanted):
    return Probe(server, path, "shop.example.org", protocol="uwsgi", **wanted).ask(10, lambda: None)


def answer(server, path, headers=HEADERS):
    """What uWSGI answers to a request for *path*."""
    with Probe(server)._connect() as connection:
        connection.sendall(uwsgi.request(path, headers))
        with uwsgi.response(connection.makefile("rb")) as stream:
            return read_answer(stream, lambda status: MOST)


def said(server, path, headers=HEADERS):
    """What the app was told of the request for *path*."""
    return json.loads(answer(server, path, headers)[1])


def test_an_answer_with_the_wanted_status_is_well(server):
    assert ask(server, "/") == ""
    assert ask(server, "/gone") == ""
    assert ask(server, "/teapot", status="418") == ""


def test_another_status_is_told_with_the_path_and_the_beginning_of_the_answer(server):
    assert ask(server, "/teapot").startswith("GET /teapot answered 418 instead of 200-399: {")


def test_an_app_that_breaks_answers_nothing(server):
    assert ask(server, "/boom") == "no answer: Remote end closed connection without response"


def test_the_request_arrives(server):
    environ = said(server, "/shop/list?page=2&sort=name")
    assert environ["SCRIPT_NAME"] == ""
    assert environ["PATH_INFO"] == "/shop/list"
    assert environ["QUERY_STRING"] == "page=2&sort=name"
    assert environ["REQUEST_URI"] == "/shop/list?page=2&sort=name"
    assert environ["HTTP_HOST"] == environ["SERVER_NAME"] == "shop.example.org"
    assert environ["HTTP_X_FORWARDED_PROTO"] == environ["wsgi.url_scheme"] == "https"
    assert said(server, "/", {"Host": "shop.example.org"})["wsgi.url_scheme"] == "http"


def test_a_path_longer_than_a_byte_can_count_arrives_whole(server):
    path = "/" + "p" * 1000
    assert said(server, path)["PATH_INFO"] == path


def test_a_long_answer_is_read_to_its_end(server):
    assert answer(server, "/long") == (200, b"x" * 200_000)


def test_an_answer_without_a_body_is_an_answer(server):
    assert answer(server, "/empty") == (200, b"")


def test_every_variable_is_sent_once():
    packet = uwsgi.request("/shop?page=2", HEADERS)
    kind, length, more = struct.unpack_from("<BHB", packet)
    assert (kind, length, more) == (0, len(packet) - 4, 0)
    words = list(counted(packet[4:]))
    names = words[::2]
    assert len(words) == 2 * len(names)
    assert sorted(names) == sorted(set(names))
    assert dict(zip(names, words[1::2]))[b"HTTP_HOST"] == b"shop.example.org"


def counted(packed):
    while packed:
        (length,) = struct.unpack_from("<H", packed)
        yield packed[2 : 2 + length]
        packed = packed[2 + length :]


def test_nobody_on_the_socket_is_told(tmp_path):
    assert ask(str(tmp_path / "nobody.sock"), "/") == "no answer: No such file or directory"
