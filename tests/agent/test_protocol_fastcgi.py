"""The probe asks a real FastCGI server, a process of its own on a unix socket."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time

import pytest

from deploytasks.agent.protocols import fastcgi
from deploytasks.agent.protocols.answer import read_answer
from deploytasks.agent.protocols.probe import Probe

pytest.importorskip("fcgisgi")

SERVER = '''
import asyncio
import json
import sys

from fcgisgi import run_wsgi_server

LONG = "x" * 200_000


def app(environ, start_response):
    """Answers with what it was asked; what that is says how."""
    path = environ["PATH_INFO"]
    if path == "/boom":
        raise ValueError("boom")
    environ["wsgi.errors"].write("a word on standard error\\n")
    status = {"/teapot": "418 I am a teapot", "/gone": "302 Found"}.get(path, "200 OK")
    start_response(status, [("Content-Type", "text/plain"), ("Location", "/")])
    if path == "/empty":
        return []
    if path == "/long":
        return [LONG.encode()]
    said = environ["fcgisgi.fcgi_params"]
    return [json.dumps([[word.decode() for word in pair] for pair in said]).encode()]


asyncio.run(run_wsgi_server(app, sys.argv[1]))
'''
MOST = 1 << 20
HEADERS = {"Host": "shop.example.org", "X-Forwarded-Proto": "https"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The path of the server's socket."""
    directory = tmp_path_factory.mktemp("fastcgi")
    script, path = directory / "server.py", directory / "server.sock"
    script.write_text(SERVER)
    with subprocess.Popen([sys.executable, script, path]) as process:
        deadline = time.monotonic() + 30
        while connected(path) is None:
            assert process.poll() is None
            assert time.monotonic() < deadline
        yield path
        process.terminate()


def connected(path):
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(str(path))
    except OSError:
        connection.close()
        return None
    return connection


def ask(server, path, **wanted):
    return Probe(str(server), path, "shop.example.org", protocol="fastcgi", **wanted).ask(10, lambda: None)


def answer(server, path):
    """What the server answers to a request for *path*."""
    with connected(server) as connection:
        connection.sendall(fastcgi.request(path, HEADERS))
        with fastcgi.response(connection.makefile("rb")) as stream:
            return read_answer(stream, lambda status: MOST)


def test_an_answer_with_the_wanted_status_is_well(server):
    assert ask(server, "/") == ""
    assert ask(server, "/gone") == ""
    assert ask(server, "/teapot", status="418") == ""


def test_another_status_is_told_with_the_path_and_the_beginning_of_the_answer(server):
    said = ask(server, "/teapot")
    assert said.startswith('GET /teapot answered 418 instead of 200-399: [["REQUEST_METHOD", "GET"]')


def test_an_app_that_breaks_answers_500(server):
    assert ask(server, "/boom").startswith("GET /boom answered 500 instead of 200-399: ")


def test_every_variable_of_a_request_arrives_once(server):
    status, body = answer(server, "/shop/list?page=2&sort=name")
    pairs = json.loads(body)
    said = dict(pairs)
    assert status == 200
    assert len(said) == len(pairs)
    assert said["SCRIPT_NAME"] == ""
    assert said["PATH_INFO"] == "/shop/list"
    assert said["QUERY_STRING"] == "page=2&sort=name"
    assert said["REQUEST_URI"] == "/shop/list?page=2&sort=name"
    assert said["HTTP_HOST"] == said["SERVER_NAME"] == "shop.example.org"
    assert said["HTTP_X_FORWARDED_PROTO"] == "https"
    assert said["SCRIPT_FILENAME"] == "./app"


def test_a_path_longer_than_a_byte_can_count_arrives_whole(server):
    path = "/" + "p" * 300
    assert dict(json.loads(answer(server, path)[1]))["PATH_INFO"] == path


def test_an_answer_of_many_records_is_read_to_its_end(server):
    assert answer(server, "/long") == (200, b"x" * 200_000)


def test_an_answer_without_a_body_is_an_answer(server):
    assert answer(server, "/empty") == (200, b"")


def test_nobody_on_the_socket_is_told(tmp_path):
    assert ask(tmp_path / "nobody.sock", "/") != ""
