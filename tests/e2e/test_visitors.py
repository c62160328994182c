"""Who asks, as an app hears it: behind nginx and a load balancer, and behind a proxy without a web server.

Every server behind every web server is in tests/e2e/test_matrix.py.
"""

from __future__ import annotations

import os

import pytest

from deploytasks.roles.app.settings import SERVERS
from tests.e2e.cell import Cell
from tests.e2e.project import Project
from tests.e2e.visitors import NOBODY, TRUSTED, VISITOR, ask_inside, said_by_a_proxy, visitors, wanted

PORT = 8000
ALONE = [server for server in SERVERS if not Cell(server, "none", "systemd").why_not]
CHOSEN = ALONE if os.environ.get("MATRIX") == "all" else ["gunicorn"]
OF_A_SHOP = """

says_who_it_is = app
visits = {}


def app(environ, start_response):
    if environ["PATH_INFO"] == "/secure" and environ["wsgi.url_scheme"] != "https":
        start_response("301 Moved Permanently", [("Location", "https://" + environ["HTTP_HOST"] + "/secure")])
        return []
    if environ["PATH_INFO"] == "/limited":
        visits[environ["REMOTE_ADDR"]] = visits.get(environ["REMOTE_ADDR"], 0) + 1
        if visits[environ["REMOTE_ADDR"]] > 3:
            start_response("429 Too Many Requests", [])
            return []
    return says_who_it_is(environ, start_response)
"""


@pytest.fixture(scope="module")
def shop(target, tmp_path_factory):
    """An app that leads people to https and counts them, behind nginx without TLS and a proxy that is trusted."""
    project = Project.make("seen", tmp_path_factory.mktemp("seen"), target("debian12"))
    project.code("one", OF_A_SHOP)
    project.configure(nginx_trusted_proxies=[TRUSTED, "cloudflare"], nginx_health_path="/secure")
    project.deploy()
    return project


def test_the_default_server_knows_who_asks(shop):
    assert visitors(shop) == wanted(shop, is_seen=True)


def test_an_app_that_leads_to_https_sees_that_the_proxy_has_it(shop):
    assert ask_inside(shop.target, "/secure", said_by_a_proxy(shop)).status == 200
    plain = {"Host": f"{shop.name}.test", "X-Forwarded-For": VISITOR}
    assert ask_inside(shop.target, "/secure", plain).status == 301


def test_each_visitor_is_counted_alone(shop):
    def asked_by(visitor):
        return ask_inside(shop.target, "/limited", said_by_a_proxy(shop, visitor)).status

    assert [asked_by("198.51.100.1") for _ in range(4)] == [200, 200, 200, 429]
    assert asked_by("198.51.100.2") == 200


@pytest.mark.parametrize("name", ["10.0.0.5", "[fd00::5]:80", "health.invalid"])
def test_a_load_balancer_gets_the_apps_answer_by_any_name(shop, name):
    answer = ask_inside(shop.target, "/secure", {"Host": name})
    assert (answer.status, answer.says["heard"]["HTTP_HOST"]) == (200, f"{shop.name}.test")
    assert ask_inside(shop.target, "/", {"Host": name}) == NOBODY


@pytest.mark.parametrize("server", CHOSEN)
def test_without_a_web_server_a_trusted_proxy_is_believed_and_nobody_else_let_in(shop, server):
    cell = Cell(server, "none", "systemd")
    shop.code("one", cell.code)
    own = {name: value for name, value in shop.variables.items() if not name.startswith("nginx_")}
    shop.configure_only(**{**own, **cell.variables, "app_port": PORT, "app_trusted_proxies": [TRUSTED]})
    shop.deploy()
    told = ask_inside(shop.target, "/", said_by_a_proxy(shop), PORT).says
    assert (told["asked"], told["scheme"]) == ([VISITOR, f"www.{shop.name}.test", "8443", ""], "https")
    assert [name for name, value in told["heard"].items() if "6.6.6.6" in value or "evil" in value] == []
    own_address = shop.target.run(["hostname", "-I"]).stdout.split()[0]
    assert ask_inside(shop.target, "/", said_by_a_proxy(shop), PORT, own_address) == NOBODY
    assert shop.deploy().changed == []
