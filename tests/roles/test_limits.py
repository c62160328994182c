"""Limits of a server and of the web server in front of it belong together, whichever they are."""

from __future__ import annotations

import re
from importlib import import_module
from itertools import product

import pytest

from deploytasks.planning.limits import contradictions, limits_of
from deploytasks.planning.plan import made_ready
from deploytasks.planning.standard import standard_roles
from deploytasks.roles.app.settings import SERVERS, WEB_SERVERS
from deploytasks.roles.gunicorn.sending import PIECE, in_pieces
from deploytasks.roles.nginx.buffers import Buffers
from tests.roles.rendered import DEFAULT, host_with, rendered

SITES = {
    "nginx": "/etc/nginx/sites-available/hello",
    "apache": "/etc/apache2/sites-available/hello.conf",
    "caddy": "/etc/caddy/sites/hello.caddy",
}
WAITS = re.compile(r"(?:_read_timeout|_send_timeout|\btimeout=|response_header_timeout)[ =]?(\d+)")
LONG = {"gunicorn_timeout": 120, "uwsgi_harakiri": 120, "mod_wsgi_timeout": 120, "app_drain_timeout_s": 120}
HAVE_LIMITS = {"gunicorn", "uwsgi", "mod_wsgi"}
"""The servers that end an answer which takes too long."""
PAIRS = [
    (server, web_server)
    for server, web_server in product(SERVERS, WEB_SERVERS)
    if {*import_module(f"deploytasks.roles.{server}").protocols}
    & import_module(f"deploytasks.roles.{web_server}").protocols
]


def of(**variables):
    """A host with *variables* that has an app."""
    host = host_with({**DEFAULT, **variables})
    return made_ready(host, standard_roles(host))


def waits_of(web_server, **variables):
    """For how long its site lets the app be silent (s), wherever it says so."""
    text = rendered({**DEFAULT, "app_web_server": web_server, **variables})[SITES[web_server]]
    return {int(found) for found in WAITS.findall(text)} - {0}


@pytest.mark.parametrize(("server", "web_server"), PAIRS)
def test_a_web_server_waits_longer_than_the_server(server, web_server):
    limits = limits_of(of(app_server=server, app_web_server=web_server, **LONG).deployment)
    assert limits.wait_s > (120 if server in HAVE_LIMITS else 59)
    assert limits.pause_s >= 60
    assert [*limits.contradictions()] == []


@pytest.mark.parametrize("web_server", sorted(SITES))
def test_the_site_says_so(web_server):
    assert waits_of(web_server) == {60}
    assert waits_of(web_server, gunicorn_timeout=120) == {125}
    assert waits_of(web_server, gunicorn_timeout=0) == {3600}


def test_the_apps_own_file_may_say_for_how_long(tmp_path):
    (tmp_path / "app.py").write_text("def app(environ, start_response):\n    return []\n")
    (tmp_path / "requirements.txt").write_text("itsdangerous\n")
    (tmp_path / "gunicorn.conf.py").write_text("timeout = 300\n")
    host = of(app_source=str(tmp_path), nginx_proxy_read_timeout="2m")
    assert contradictions(host)[0] == (
        "an answer may take 300 s (timeout in gunicorn.conf.py), and the web server waits 120 s "
        "(nginx_proxy_read_timeout): people get a 504 before"
    )


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"nginx_proxy_read_timeout": "10s"}, []),
        ({"gunicorn_timeout": 20, "nginx_proxy_read_timeout": "25s"}, []),
        (
            {"gunicorn_timeout": 25, "nginx_proxy_read_timeout": "20s"},
            [
                "an answer may take 25 s (gunicorn_timeout), and the web server waits 20 s (nginx_proxy_read_timeout)"
            ],
        ),
        (
            {"app_server": "uwsgi", "uwsgi_harakiri": 120},
            ["an answer may take 120 s (uwsgi_harakiri), and a switch waits 30 s (app_drain_timeout_s)"],
        ),
        ({"app_server": "uwsgi", "uwsgi_harakiri": 120, "app_drain_timeout_s": 120}, []),
    ],
)
def test_figures_of_an_inventory_that_contradict_each_other_are_told(variables, told):
    assert [line.rpartition(":")[0] for line in contradictions(of(**variables))] == told


def test_a_host_without_an_app_has_none():
    assert contradictions(host_with({})) == ()


@pytest.mark.parametrize(
    ("given", "header", "busy"),
    [
        (("16 16k", None, "1024m"), 32768, 65536),
        (("4 8k", None, "1024m"), 24576, 24576),
        (("2 16k", None, "0"), 16384, 16384),
        (("8 64k", "128k", "1m"), 131072, 262144),
    ],
)
def test_nginx_has_room_for_a_header_as_far_as_its_buffers_go(given, header, busy):
    buffers = Buffers.of(*given)
    buffers.require_room()
    assert (buffers.header, buffers.busy) == (header, busy)


def answer_of(app, environ):
    sent = []
    return in_pieces(app, lambda: sent.append(1))(environ, None), sent


def test_each_piece_that_is_taken_shows_that_a_worker_lives():
    answer, sent = answer_of(lambda *_: [b"z" * (2 * PIECE + 1), b"", b"y"], {})
    assert [(len(piece), len(sent)) for piece in answer] == [(PIECE, 0), (PIECE, 1), (1, 2), (0, 3), (1, 4)]


def test_the_answer_is_closed_and_is_no_file_for_the_kernel():
    class Answer(list):
        def close(self):
            self.append("closed")

    seen = []

    def app(environ, _):
        seen.append(environ)
        return given

    given = Answer()
    answer, _ = answer_of(app, {"wsgi.file_wrapper": object, "PATH_INFO": "/"})
    answer.close()
    assert (seen, given) == ([{"PATH_INFO": "/"}], ["closed"])
