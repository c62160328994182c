"""An app that moves from one web server to another, and what each of them tells it about where people came to."""

from __future__ import annotations

import http.client
import socket
from contextlib import suppress
from typing import Any

import pytest

from deploytasks.targets import Target
from tests.certificates import Authority, written
from tests.e2e import messages, pebble
from tests.e2e.converged import up_converged
from tests.e2e.https import Browser
from tests.e2e.project import Answer, Project, difference, files
from tests.e2e.test_failures import CRASHES_LATER

UNITS = {"nginx": "nginx.service", "apache": "apache2.service", "caddy": "caddy.service"}
CONFIGURED = ("/etc/nginx", "/etc/apache2", "/etc/caddy", "/etc/systemd/system")
SITES = {
    "nginx": "/etc/nginx/sites-available/shop",
    "apache": "/etc/apache2/sites-available/shop.conf",
    "caddy": "/etc/caddy/sites/shop.caddy",
    "none": "/etc/systemd/system/shop-front.socket",
}
FRONT_END = ("guide/index.html", "assets/app.js", ".hidden", "static/style.css")
HEARD = ["api_key", "x_token"]
SAYS_WHERE_IT_IS = """

plain = app


def app(environ, start_response):
    if environ["PATH_INFO"] != "/where":
        return plain(environ, start_response)
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({name: str(value) for name, value in environ.items()}).encode()]
"""
TALKATIVE = SAYS_WHERE_IT_IS + messages.APP


@pytest.fixture(scope="module")
def target(target_state) -> Target:
    return up_converged("moves", "debian12", target_state)


@pytest.fixture(scope="module")
def shop(target, tmp_path_factory) -> Project:
    """An app behind nginx; it is at port 80 with every web server, and without one."""
    project = Project.make("shop", tmp_path_factory.mktemp("shop"), target, app_port=80, ufw_allow=[80])
    project.code("one", TALKATIVE)
    project.configure(app_static={"/": "dist", "/static": "files"}, app_underscored_headers=HEARD)
    for name in FRONT_END:
        project.write(f"app/dist/{name}", f"{name}\n")
    project.write("app/files/style.css", "body {}\n")
    project.deploy()
    return project


def move(project: Project, web_server: str, **variables: Any) -> None:
    heard = [] if web_server == "none" else HEARD
    project.configure(app_web_server=web_server, app_underscored_headers=heard, **variables)
    project.deploy()
    assert project.says["release"] == project.current


def serving(project: Project) -> list[str]:
    """The web servers that run or start at boot."""
    units = {**UNITS, "none": f"{project.name}-front.socket"}
    return [
        name
        for name, unit in units.items()
        if is_so(project, "active", unit) | is_so(project, "enabled", unit)
    ]


def is_so(project: Project, word: str, unit: str) -> bool:
    return project.target.run(["systemctl", f"is-{word}", unit], check=False).stdout.strip() == word


def with_a_site(project: Project) -> list[str]:
    listed = project.target.run(["ls", "-d", *SITES.values()], check=False).stdout.split()
    return [name for name, path in SITES.items() if path in listed]


def where(project: Project, host: str, request: str = "GET /where HTTP/1.1") -> Answer:
    """What comes back for exactly that *request* and header ``Host``."""
    target = project.target
    with socket.create_connection((target.host, target.http_port), timeout=30) as connection:
        connection.sendall(f"{request}\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        return Answer(answer.status, answer.read())


def require_true_hosts(project: Project) -> None:
    """The app is told the port that people came to, and no host that the web server did not choose the site by."""
    for host in ("shop.test", "shop.test:8080", "shop.test:65535"):
        said = where(project, host).says
        assert said["HTTP_HOST"] == said["HTTP_X_FORWARDED_HOST"] == host
        assert said["HTTP_X_FORWARDED_PORT"] == "80"
    absolute = where(project, "evil.test", "GET http://shop.test/where HTTP/1.1").says
    assert absolute["HTTP_HOST"] == absolute["HTTP_X_FORWARDED_HOST"] == "shop.test"
    for absurd in ("shop.test:99999", "shop.test:port", "shop.test:80/a", "shop.test:8080:80"):
        with suppress(http.client.RemoteDisconnected):
            answer = where(project, absurd)
            assert answer.status == 400 or answer.says["HTTP_HOST"] in {"shop.test", "shop.test:80"}, absurd


def require_no_underscores(project: Project) -> None:
    """The app hears a field whose name has one where it asks for it, whether before or after the host is told."""
    said = "GET /where HTTP/1.1\r\napi_key: k1\r\nother_key: k2\r\nX-Other: k3"
    heard = where(project, "shop.test\r\nx_token: k4", said).says
    told = {name: value for name, value in heard.items() if value[:1] == "k"}
    assert told == {"HTTP_API_KEY": "k1", "HTTP_X_OTHER": "k3", "HTTP_X_TOKEN": "k4"}
    disguised = where(project, "shop.test\r\nX_Forwarded_For: 6.6.6.6\r\nX_Real_IP: 6.6.6.6")
    assert disguised.status == 400 or "6.6.6.6" not in disguised.body.decode()


def require_front_end(project: Project) -> None:
    """A file that is there is served at its own path, and the app answers for all else."""
    found = {
        path: where(project, "shop.test", f"GET {path} HTTP/1.1") for path in ("/guide/", "/assets/app.js")
    }
    assert found == {
        "/guide/": Answer(200, b"guide/index.html\n"),
        "/assets/app.js": Answer(200, b"assets/app.js\n"),
    }
    assert where(project, "shop.test", "GET /static/style.css HTTP/1.1").body == b"body {}\n"
    asked = (
        "GET /guide",
        "GET /assets/",
        "GET /.hidden",
        "GET /%2e%2e/app.py",
        "POST /guide/",
        "POST /assets/app.js",
    )
    for request in asked:
        answer = where(project, "shop.test", f"{request} HTTP/1.1")
        assert b"def app" not in answer.body, request
        assert request == "GET /%2e%2e/app.py" or answer.says["release"] == project.current, request
    assert where(project, "shop.test", "POST /where HTTP/1.1").says["PATH_INFO"] == "/where"


@pytest.mark.parametrize("web_server", ["apache", "caddy", "none", "nginx"])
def test_an_app_moves_to_another_web_server(shop, web_server):
    move(shop, web_server)
    assert (serving(shop), with_a_site(shop)) == ([web_server], [web_server])
    assert shop.deploy().changed == []
    assert [*messages.heard(shop)] == [message.wanted for message in messages.MESSAGES]
    if web_server != "none":
        require_no_underscores(shop)
        require_true_hosts(shop)
        require_front_end(shop)


@pytest.mark.parametrize(
    ("web_server", "neighbour"),
    [("apache", "/etc/apache2/sites-enabled/somebody.conf"), ("caddy", "/etc/caddy/sites/somebody.caddy")],
)
def test_a_move_that_fails_leaves_the_old_web_server(shop, web_server, neighbour):
    before = files(shop.target, *CONFIGURED)
    shop.target.run(["sh", "-c", f"echo 'Nonsense {{' > {neighbour}"])
    shop.configure(app_web_server=web_server)
    run = shop.inv("deploy")
    shop.target.run(["rm", neighbour])
    shop.configure(app_web_server="nginx")
    assert run.exit_code == 2
    assert difference(before, files(shop.target, *CONFIGURED)) == {}
    assert serving(shop) == ["nginx"]
    assert shop.says["release"] == shop.current
    shop.deploy()


def test_a_move_of_an_app_that_does_not_start_touches_no_web_server(shop):
    shop.code("broken", "raise SystemExit('no')")
    shop.configure(app_web_server="caddy")
    run = shop.inv("deploy")
    shop.code("one", TALKATIVE)
    shop.configure(app_web_server="nginx")
    assert run.exit_code == 2
    steps = {event.get("step") for event in run.events}
    assert steps & {"remove the app's site", "write the site"} == set()
    assert serving(shop) == ["nginx"]
    assert shop.says["release"] == shop.current


def test_a_rollback_moves_back(shop):
    move(shop, "apache")
    assert shop.inv("rollback").exit_code == 0
    assert (serving(shop), with_a_site(shop)) == (["nginx"], ["nginx"])
    assert shop.says["release"] == shop.current


def test_without_a_web_server_another_port_is_one_deploy(shop):
    move(shop, "none")
    shop.configure(app_port=8000)
    shop.deploy()
    assert '"version": "one"' in asked_there(shop, 8000)
    assert shop.deploy().changed == []
    move(shop, "nginx", app_port=80)


@pytest.fixture(scope="module")
def other(target, tmp_path_factory) -> Project:
    """Another app on the same host, at other ports."""
    own = {"nginx_listen": 8080, "caddy_port": 8081, "app_web_server": "nginx"}
    project = Project.make("other", tmp_path_factory.mktemp("other"), target, **own)
    project.deploy()
    return project


def asked_there(project: Project, port: int) -> str:
    """What the target itself is told at *port*."""
    url = f"http://127.0.0.1:{port}/"
    request = f"urllib.request.Request({url!r}, headers={{'Host': '{project.name}.test'}})"
    script = f"import urllib.request; print(urllib.request.urlopen({request}).read().decode())"
    return project.target.run(["python3", "-c", script]).stdout


def test_a_web_server_with_another_site_goes_on_and_keeps_no_port_for_nobody(shop, other):
    move(shop, "apache")
    assert serving(shop) == ["nginx", "apache"]
    assert '"version": "one"' in asked_there(other, 8080)
    left = shop.target.run(["ls", "/etc/nginx/conf.d"]).stdout.split()
    assert left == ["deploytasks-catch-all-8080.conf"]


def test_a_web_server_that_goes_on_gives_the_port_back_when_a_move_fails(shop, other):
    other.configure(app_web_server="caddy")
    other.deploy()
    move(shop, "nginx")
    shop.code("dies", CRASHES_LATER.replace("@NAME@", shop.name))
    shop.configure(app_web_server="caddy", app_watch_s=5)
    run = shop.inv("deploy")
    assert "watch the new release" in run.failure["step"]
    assert serving(shop) == ["nginx", "caddy"]
    assert shop.says["release"] == shop.current
    assert '"version": "one"' in asked_there(other, 8081)
    shop.code("one", TALKATIVE)
    shop.configure(app_web_server="nginx", app_watch_s=0)
    assert shop.deploy().changed == []


@pytest.mark.parametrize("server", ["uwsgi", "fastcgi"])
def test_the_app_is_told_the_same_in_every_protocol_of_nginx(shop, server):
    shop.configure(app_server=server)
    shop.deploy()
    require_true_hosts(shop)
    assert [*messages.heard(shop)] == [message.wanted for message in messages.MESSAGES]
    shop.configure(app_server="gunicorn")


def test_a_move_to_a_site_whose_certificate_has_to_be_proved_at_that_port(shop, tmp_path):
    authority = Authority()
    pebble.start(shop.target, authority, tmp_path / "pebble")
    move(shop, "apache")
    bundle = str(written(tmp_path / "acme.pem", authority.pem))
    own = {"nginx_acme_directory": pebble.DIRECTORY, "nginx_acme_ca_bundle": bundle, "nginx_redirect": False}
    move(shop, "nginx", nginx_tls="acme", ufw_allow=[80, 443], **own)
    assert Browser(shop, pebble.root(shop.target)).get().says["release"] == shop.current
