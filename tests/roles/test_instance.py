"""What launched servers share on a host: the app as people reach it, its socket, its log, the word to systemd."""

from __future__ import annotations

import os
import re
import shutil
import socket
import stat
import subprocess
from wsgiref.util import setup_testing_defaults

import pytest

from deploytasks.roles.app import body, visitor
from deploytasks.roles.app.instance import Instance, listening_at, logged, say_ready
from deploytasks.roles.app.launcher import shared_module
from deploytasks.roles.app.visitor import Proxies

OPENS = """
import json, os, signal, sys
sys.path.insert(0, sys.argv[1])
from deploytasks_instance import Instance
app, listener = Instance(app=sys.argv[2], directory=sys.argv[3], path=sys.argv[4], fd=json.loads(sys.argv[5])).open()
signal.raise_signal(signal.SIGHUP)
environ = {"REQUEST_METHOD": "GET"}
print(json.dumps([app(environ, print), os.getcwd(), sys.path[0], listener.getsockname(), "LISTEN_FDS" in os.environ]))
"""
SHOP = """
import shelf

def create_app():
    return lambda environ, start_response: "made by " + shelf.NAME

app = lambda environ, start_response: "found by " + shelf.NAME
"""


def test_an_answer_is_a_line_of_the_common_log_format(capsys):
    environ = {"REMOTE_ADDR": "203.0.113.7", "PATH_INFO": '/a "b"\n', "QUERY_STRING": 'x=1&y="'}
    setup_testing_defaults(environ)
    logged(lambda _, answer: answer("404 Not Found", [("Content-length", "12")]))(environ, lambda *_: None)
    line = capsys.readouterr().err
    assert re.sub(r"\[[^]]+\]", "[time]", line) == (
        '203.0.113.7 - - [time] "GET /a%20%22b%22%0A?x=1&y=%22 HTTP/1.0" 404 12\n'
    )


def test_everybody_may_connect_to_a_socket_of_its_own(tmp_path):
    path = tmp_path / "own.sock"
    path.write_text("left by an instance that was killed")
    with listening_at(str(path)), socket.socket(socket.AF_UNIX) as client:
        assert stat.S_IMODE(path.stat().st_mode) & 0o666 == 0o666
        client.connect(str(path))


@pytest.mark.parametrize("abstract", [False, True])
def test_systemd_is_told_once(tmp_path, monkeypatch, abstract):
    address = f"@{tmp_path}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(address.replace("@", "\0"))
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        say_ready()
        assert systemd.recv(100) == b"READY=1"
    assert "NOTIFY_SOCKET" not in os.environ


def test_nobody_is_told_where_nobody_waits(monkeypatch):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    say_ready()


@pytest.fixture
def shop(tmp_path):
    """An app's directory, and beside it what a release has for its launcher."""
    (tmp_path / "code").mkdir()
    (tmp_path / "code/shop.py").write_text(SHOP)
    (tmp_path / "code/shelf.py").write_text("NAME = 'shelf'\n")
    (tmp_path / "deploytasks_instance.py").write_text(shared_module())
    shutil.copy(visitor.__file__, tmp_path / "deploytasks_visitor.py")
    shutil.copy(body.__file__, tmp_path / "deploytasks_body.py")
    return tmp_path


def opened(python, shop, app, fd=None, **more):
    """What came of opening an instance in a process of its own: the app's answer, then what the process sees."""
    arguments = [shop, app, shop / "code", shop / "own.sock", "null" if fd is None else str(fd)]
    argv = [python, "-c", OPENS, *arguments]
    return subprocess.run(argv, capture_output=True, text=True, check=False, **more)


def test_an_app_is_imported_from_its_own_directory(agent_python, shop):
    done = opened(agent_python, shop, "shop:app")
    code, path = shop / "code", shop / "own.sock"
    assert done.stdout == f'["found by shelf", "{code}", "{code}", "{path}", false]\n', done.stderr


def test_a_factory_is_called(agent_python, shop):
    assert "made by shelf" in opened(agent_python, shop, "shop:create_app()").stdout


def test_the_socket_that_is_handed_over_is_taken(agent_python, shop):
    path = shop / "given.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        fd = listener.fileno()
        environment = {**os.environ, "LISTEN_FDS": "1"}
        done = opened(agent_python, shop, "shop:app", fd, pass_fds=[fd], env=environment)
    assert done.stdout.endswith(f'"{path}", false]\n'), done.stderr


def test_a_missing_name_is_told(agent_python, shop):
    assert opened(agent_python, shop, "shop:application").stderr.endswith(
        "module 'shop' has no attribute 'application'\n"
    )


def test_an_instance_is_written_as_it_is_made():
    made = Instance("shop:app", "/srv/shop", "/run/shop.sock", fd=3, proxies=Proxies(1))
    assert eval(repr(made)) == made
