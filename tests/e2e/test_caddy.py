"""Caddy: every way to a certificate, its reload without an open port, and the way back to the package's own site."""

from __future__ import annotations

import http.client
import ssl

import pytest

from deploytasks.targets import Target
from tests.certificates import Authority, written
from tests.e2e import pebble
from tests.e2e.asking import HIDDEN, WELL_KNOWN, write_hidden
from tests.e2e.controller import wait_for
from tests.e2e.converged import up_converged
from tests.e2e.https import Browser
from tests.e2e.project import Project, difference, files

ROOT = "/var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt"
CONFIGURED = ("/etc/caddy", "/etc/systemd/system")
SAYS_HOW_IT_CAME = """

plain = app


def app(environ, start_response):
    if environ["PATH_INFO"] != "/how":
        return plain(environ, start_response)
    start_response("200 OK", [])
    names = ("PROTO", "HOST", "PORT", "FOR")
    return [" ".join(environ[f"HTTP_X_FORWARDED_{name}"] for name in names).encode()]
"""


@pytest.fixture(scope="module")
def target(target_state) -> Target:
    return up_converged("caddy", "debian12", target_state, "caddy")


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def internal(target, tmp_path_factory) -> Project:
    """A site with a certificate of Caddy's own authority."""
    directory = tmp_path_factory.mktemp("internal")
    variables = {
        "caddy_tls": "internal",
        "app_static": {"/static": "assets", "/robots.txt": "assets/robots.txt"},
    }
    project = Project.make("inner", directory, target, app_web_server="caddy", **variables)
    project.code("one", SAYS_HOW_IT_CAME)
    project.write("app/assets/site.css", "body {}\n")
    project.write("app/assets/robots.txt", "Disallow:\n")
    write_hidden(project, "assets")
    project.deploy()
    return project


@pytest.fixture
def inner(internal) -> Browser:
    return Browser(internal, internal.target.run(["cat", ROOT]).stdout)


def ask(project: Project, method: str, path: str, body: bytes | None = None) -> http.client.HTTPResponse:
    """What comes back over plain HTTP; the app's domain is asked for."""
    connection = http.client.HTTPConnection(project.target.host, project.target.http_port, timeout=30)
    connection.request(method, path, body, {"Host": f"{project.name}.test"})
    return connection.getresponse()


def test_a_site_of_caddys_own_authority_serves_verified_https(internal, inner):
    assert inner.get().says["release"] == internal.current
    with inner.connect() as connection:
        assert (connection.version(), connection.selected_alpn_protocol()) == ("TLSv1.3", "h2")
    with pytest.raises(ssl.SSLError):
        Browser(internal, Authority().pem.decode()).get()


def test_the_app_learns_how_people_came(inner):
    scheme, host, port, client = inner.get("/how").body.decode().split()
    assert (scheme, host, port) == ("https", "inner.test", "443")
    assert client.count(".") == 3


def test_static_files_come_from_the_disk(internal, inner):
    with inner.connect("inner.test") as connection:
        connection.sendall(b"GET /static/site.css HTTP/1.1\r\nHost: inner.test\r\nConnection: close\r\n\r\n")
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert (answer.status, answer.headers["Cache-Control"]) == (200, "max-age=3600")
    missing = inner.get("/static/none.css")
    assert missing.status == 404
    assert {inner.get(f"/static/{name}").status for name in HIDDEN} == {404}
    assert inner.get(f"/static/{WELL_KNOWN}").status == 200


def test_http_leads_to_https(internal):
    answer = ask(internal, "GET", "/a?b=c")
    assert (answer.status, answer.headers["Location"]) == (308, "https://inner.test/a?b=c")


def test_a_name_that_no_site_has_gets_no_answer(internal, inner):
    with pytest.raises(ssl.SSLError):
        inner.get(name="elsewhere.test", check_hostname=False)
    connection = http.client.HTTPConnection(internal.target.host, internal.target.http_port, timeout=30)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        connection.request("GET", "/", headers={"Host": "elsewhere.test"})
        connection.getresponse()


def test_a_second_deploy_changes_nothing(internal):
    assert internal.deploy().changed == []


def test_nobody_but_root_and_caddy_may_set_it_up(internal):
    listening = internal.target.run(["ss", "--listening", "--tcp", "--numeric"]).stdout
    assert ":2019" not in listening
    reach = ["test", "-w", "/run/caddy/admin.sock"]
    assert internal.target.run(reach, user="nobody", check=False).returncode == 1
    assert internal.target.run(reach, user="caddy", check=False).returncode == 0


def test_it_comes_back_after_a_crash_and_reloads_all_the_same(internal, inner):
    target = internal.target
    main = target.run(["systemctl", "show", "--property=MainPID", "--value", "caddy"]).stdout.strip()
    target.run(["kill", "-KILL", main])
    wait_for(lambda: answers(inner), "Caddy is back")
    target.run(["systemctl", "reload", "caddy"])
    assert inner.get().status == 200


def test_an_upload_beyond_the_limit_is_refused(target, tmp_path):
    limit = {"caddy_request_body_max_size": "1MB", "caddy_encode": []}
    project = Project.make("limits", tmp_path, target, app_web_server="caddy", **limit)
    project.deploy()
    assert ask(project, "POST", "/", b"x" * 900_000).status == 200
    assert ask(project, "POST", "/", b"x" * 1_100_000).status == 413


def test_a_configuration_that_caddy_refuses_is_not_loaded(internal, inner):
    broken = "/etc/caddy/sites/neighbour.caddy"
    internal.target.run(["sh", "-c", f"echo 'neighbour.test {{' > {broken}"])
    before = files(internal.target, *CONFIGURED)
    internal.configure(caddy_dial_timeout="7s")
    refused = internal.inv("deploy")
    internal.target.run(["rm", broken])
    assert (refused.exit_code, refused.failure["step"]) == (2, "reload Caddy")
    assert "neighbour.caddy" in refused.failure["output"]
    assert difference(before, files(internal.target, *CONFIGURED)) == {broken: (before[broken], None)}
    assert inner.get().status == 200
    internal.deploy()


def test_acme_brings_a_certificate_that_the_directory_has_signed(target, authority, tmp_path):
    pebble.start(target, authority, tmp_path / "pebble")
    project = Project.make(
        "acme",
        tmp_path,
        target,
        app_web_server="caddy",
        caddy_tls="acme",
        caddy_acme_email="admin@example.org",
        caddy_acme_directory=pebble.DIRECTORY,
        caddy_acme_ca_bundle=str(written(tmp_path / "acme.pem", authority.pem)),
    )
    project.deploy()
    browser = Browser(project, pebble.root(target))
    wait_for(lambda: answers(browser), "the certificate", timeout_s=120)
    assert browser.get().says["version"] == "one"
    with pebble.out_of_reach(target):
        assert project.deploy().changed == []


def test_a_brought_certificate_is_served_and_its_key_is_caddys(target, authority, tmp_path):
    project = Project.make("brought", tmp_path, target, app_web_server="caddy", caddy_tls="files")
    chain, key = authority.pair(tmp_path / "tls", ["brought.test"])
    project.configure(caddy_tls_certificate=str(chain), caddy_tls_certificate_key=str(key))
    project.deploy()
    browser = Browser(project, authority.pem.decode())
    assert browser.get().says["version"] == "one"
    old = browser.serial
    authority.pair(tmp_path / "tls", ["brought.test"])
    assert {"bring the certificate", "reload Caddy"} <= set(project.deploy().changed)
    wait_for(lambda: browser.serial != old, "the new certificate")
    rights = target.run(["stat", "--format=%a %U:%G", "/etc/caddy/tls/brought.pem"]).stdout
    assert rights == "640 root:caddy\n"


def test_a_first_deploy_that_fails_leaves_the_packages_own_site(make_target, tmp_path):
    target = make_target("debian12")
    install = "apt-get -q update && apt-get install -q -y --no-install-recommends caddy"
    target.run(["sh", "-c", install])
    before = files(target, *CONFIGURED)
    project = Project.make("first", tmp_path, target, app_web_server="caddy", app_firewall="none")
    project.code("broken", "raise SystemExit('no')")
    assert project.inv("deploy").exit_code == 2
    assert difference(before, files(target, *CONFIGURED)) == {}
    assert b"Caddy" in project.request().body
    project.code("one")
    project.deploy()
    assert project.says["version"] == "one"


def answers(browser: Browser) -> bool:
    try:
        return browser.get().status == 200
    except OSError:
        return False
