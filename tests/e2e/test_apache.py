"""Apache in front of the app: what it serves by itself, what it lets through, and what it hides."""

from __future__ import annotations

import http.client
import json
import ssl
from typing import Any

import pytest

from deploytasks.roles.app import strangers
from deploytasks.targets import Target
from tests.certificates import Authority
from tests.e2e.asking import HIDDEN, WELL_KNOWN, write_hidden
from tests.e2e.controller import wait_for
from tests.e2e.converged import up_converged
from tests.e2e.faults import on_disk
from tests.e2e.https import Browser
from tests.e2e.project import Answer, Project, difference
from tests.e2e.test_tls import make_it_old, serial_on_disk

HOLD_8081 = """
import socket, time
held = socket.create_server(("", 8081))
print("held", flush=True)
time.sleep(60)
"""
SAYS_WHAT_IT_IS_ASKED = """

import sys

plain = app


def app(environ, start_response):
    sys.stderr.write(f"asked for {environ['PATH_INFO']}\\n")
    sys.stderr.flush()
    if environ["PATH_INFO"] == "/unread":
        start_response("200 OK", [])
        return [b"whatever you have to say"]
    if not environ["PATH_INFO"].startswith("/seen"):
        return plain(environ, start_response)
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({name: str(value) for name, value in environ.items()}).encode()]
"""
MIB = 1 << 20


@pytest.fixture(scope="module")
def target(target_state) -> Target:
    return up_converged("apache", "debian12", target_state, "apache")


@pytest.fixture(scope="module")
def shop(target, tmp_path_factory) -> Project:
    directory = tmp_path_factory.mktemp("shop")
    static = {"/static": "assets", "/robots.txt": "assets/robots.txt"}
    own = {"app_web_server": "apache", "app_static": static, "apache_limit_request_body": "1m"}
    project = Project.make("shop", directory, target, **own)
    project.code("one", SAYS_WHAT_IT_IS_ASKED)
    project.write("app/assets/site.css", "body { color: teal }\n")
    project.write("app/assets/robots.txt", "Disallow:\n")
    write_hidden(project, "assets")
    project.deploy()
    return project


def ask(project: Project, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Any:
    """The whole answer; ``_`` stands for ``-`` in the names of *headers*."""
    connection = http.client.HTTPConnection(project.target.host, project.target.http_port, timeout=30)
    sent = {
        "Host": f"{project.name}.test",
        **{name.replace("_", "-"): text for name, text in headers.items()},
    }
    connection.request(method, path, body, sent, encode_chunked="Transfer-Encoding" in sent)
    answer = connection.getresponse()
    answer.said = Answer(answer.status, answer.read())
    connection.close()
    return answer


def log_of(project: Project) -> str:
    unit = f"{project.name}@{project.current}.service"
    project.target.run(["journalctl", "--sync"])
    return project.target.run(["journalctl", f"--unit={unit}", "--output=cat", "--no-pager"]).stdout


def test_static_files_come_from_apache_and_the_app_knows_nothing_of_it(shop):
    assert ask(shop, "/robots.txt").said == Answer(200, b"Disallow:\n")
    answer = ask(shop, "/static/site.css")
    assert answer.said == Answer(200, b"body { color: teal }\n")
    assert (answer.headers["Content-Type"], answer.headers["Cache-Control"]) == ("text/css", "max-age=3600")
    assert ask(shop, "/static/").status == 403
    assert {ask(shop, f"/static/{name}").status for name in HIDDEN} == {404}
    assert ask(shop, f"/static/{WELL_KNOWN}").status == 200
    assert ask(shop, "/static/missing.css").status == 404
    assert ask(shop, "/seen/last").status == 200
    wait_for(lambda: "asked for /seen/last" in log_of(shop), "the app's own line")
    assert "static" not in log_of(shop)


def test_the_app_learns_who_asks_and_for_what(shop):
    said = {"X_Forwarded_For": "192.0.2.1", "X_Forwarded_Host": "evil.test"}
    said.update((name.replace("-", "_"), "evil.test") for name in strangers.HEADERS)
    seen = ask(shop, "/seen", Authorization="Basic YTpi", **said).said.says
    assert seen["HTTP_HOST"] == seen["HTTP_X_FORWARDED_HOST"] == "shop.test"
    assert seen["HTTP_X_FORWARDED_FOR"] == seen["HTTP_X_REAL_IP"]
    assert (seen["HTTP_X_FORWARDED_PROTO"], seen["HTTP_X_FORWARDED_PORT"]) == ("http", "80")
    assert seen["HTTP_AUTHORIZATION"] == "Basic YTpi"
    assert "evil.test" not in seen.values()


def test_an_upload_that_is_too_large_or_of_untold_length_does_not_reach_the_app(shop):
    assert ask(shop, "/seen", "POST", b"x" * MIB).said.says["CONTENT_LENGTH"] == str(MIB)
    assert ask(shop, "/refused", "POST", b"x" * (MIB + 1)).status == 413
    assert "asked for /refused" not in log_of(shop)


def test_a_name_that_no_site_has_is_refused(shop):
    assert ask(shop, "/", Host="elsewhere.test").status == 421


def test_neither_its_version_nor_requests_are_echoed(shop):
    assert ask(shop, "/").headers["Server"] == "Apache"
    assert ask(shop, "/", "TRACE").status == 405


def test_a_configuration_that_apache_refuses_is_put_back(shop):
    shop.target.run(["sh", "-c", "echo Nonsense > /etc/apache2/sites-enabled/somebody.conf"])
    run = shop.inv("deploy", "--extra-vars", "apache_proxy_timeout=61")
    assert run.exit_code == 2
    assert "Invalid command 'Nonsense'" in run.messages + json.dumps(run.failure)
    shop.target.run(["rm", "/etc/apache2/sites-enabled/somebody.conf"])
    assert shop.says["version"] == "one"
    assert shop.deploy().changed == ["reload Apache"]
    assert shop.deploy().changed == []


def test_another_port_needs_no_restart(shop):
    before = main_process(shop)
    shop.configure(apache_listen=8080)
    assert "reload Apache" in shop.deploy().changed
    assert '"version": "one"' in asked_there(shop, "http://127.0.0.1:8080/")
    assert "refused" in asked_there(shop, "http://127.0.0.1:80/")
    shop.configure(apache_listen=80)
    shop.deploy()
    assert shop.says["version"] == "one"
    assert main_process(shop) == before


def test_a_port_in_other_hands_fails_the_deploy_and_apache_goes_on(shop):
    held = shop.target.container.exec_run(["python3", "-c", HOLD_8081], stream=True).output
    assert b"held" in next(held)
    before = on_disk(shop)
    shop.configure(apache_listen=8081)
    run = shop.inv("deploy")
    assert (run.exit_code, run.failure["step"]) == (2, "claim the app's names"), run.messages
    assert "port 8081 is taken by python3" in run.messages
    assert difference(before, on_disk(shop)) == {}
    assert shop.says["version"] == "one"
    shop.configure(apache_listen=80)
    assert shop.deploy().changed == []


def main_process(project: Project) -> str:
    return project.target.run(["systemctl", "show", "--property=MainPID", "apache2"]).stdout


def asked_there(project: Project, url: str) -> str:
    """What the target itself is told at *url*, or why it is told nothing."""
    request = f"urllib.request.Request({url!r}, headers={{'Host': '{project.name}.test'}})"
    script = f"import urllib.request; print(urllib.request.urlopen({request}).read().decode())"
    done = project.target.run(["python3", "-c", script], check=False)
    return done.stdout + done.stderr


@pytest.mark.parametrize("server", ["gunicorn", "uwsgi", "fastcgi"])
def test_a_path_reaches_the_app_as_it_was_meant_in_every_protocol(shop, server):
    shop.configure(app_server=server)
    shop.deploy()
    for sent, seen in {
        "/seen//b%2Fc%20d;v": "/seen//b/c d;v",
        "/seen/%252F%3F": "/seen/%2F?",
        "/seen/%C3%BC": "/seen/\u00c3\u00bc",
    }.items():
        said = ask(shop, f"{sent}?x=%20&y").said.says
        assert (said["SCRIPT_NAME"], said["PATH_INFO"], said["QUERY_STRING"]) == ("", seen, "x=%20&y")
    assert {ask(shop, "/unread", "POST", b"x").status for _ in range(20)} == {200}


@pytest.fixture(scope="module")
def secure(target, tmp_path_factory) -> Project:
    """A site with a certificate of its host's own authority."""
    own = {"app_web_server": "apache", "apache_tls": "self-signed", "apache_hsts": "max-age=63072000"}
    project = Project.make("secure", tmp_path_factory.mktemp("secure"), target, **own)
    project.code("one", SAYS_WHAT_IT_IS_ASKED)
    project.deploy()
    return project


def browser_of(project: Project) -> Browser:
    authority = project.target.run(["cat", "/etc/ssl/deploytasks/authority.pem"]).stdout
    return Browser(project, authority)


def test_a_self_signed_site_serves_verified_https(secure):
    browser = browser_of(secure)
    assert browser.get().says["release"] == secure.current
    assert browser.get("/seen").says["HTTP_X_FORWARDED_PROTO"] == "https"
    assert browser.get(name="elsewhere.test", check_hostname=False).status == 421
    assert secure.deploy().changed == []


def test_http_leads_to_https(secure):
    answer = ask(secure, "/a%20b?c=d%20e")
    assert (answer.status, answer.headers["Location"]) == (301, "https://secure.test/a%20b?c=d%20e")


def test_sites_with_and_without_tls_live_beside_each_other(shop, secure):
    assert shop.says["release"] == shop.current
    assert browser_of(secure).get().says["release"] == secure.current


def test_apache_serves_a_certificate_that_the_host_has_renewed(secure):
    browser = browser_of(secure)
    make_it_old(secure)
    secure.target.run(["systemctl", "reload", "apache2"])
    wait_for(lambda: browser.serial == serial_on_disk(secure), "the old certificate")
    old = browser.serial
    secure.target.run(["systemctl", "start", "deploytasks-certificate.service"])
    wait_for(lambda: browser.serial not in {old, ""}, "a new certificate")
    assert browser.get().status == 200


def test_the_modern_profile_has_nothing_but_tls_1_3(secure):
    secure.configure(apache_tls_profile="modern")
    secure.deploy()
    browser = browser_of(secure)
    with pytest.raises(ssl.SSLError):
        browser.get(maximum_version=ssl.TLSVersion.TLSv1_2)
    assert browser.get(minimum_version=ssl.TLSVersion.TLSv1_3).status == 200


def test_a_certificate_from_the_controller_is_served(secure):
    authority = Authority()
    chain, key = authority.pair(secure.directory / "tls", ("secure.test",), 30)
    secure.configure(
        apache_tls="files", apache_tls_certificate=str(chain), apache_tls_certificate_key=str(key)
    )
    secure.deploy()
    assert Browser(secure, authority.pem.decode()).get().status == 200
    assert secure.deploy().changed == []
