"""TLS: every way to a certificate, its renewal, and what a browser and a scanner see of it."""

from __future__ import annotations

import http.client
import json
import os
import ssl
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest

from deploytasks.here import cache_directory, locked
from deploytasks.targets import SUITES, Target
from tests.certificates import Authority, written
from tests.e2e import pebble
from tests.e2e.controller import wait_for
from tests.e2e.converged import up_converged
from tests.e2e.https import Browser
from tests.e2e.project import Project, ssh_commands
from tests.e2e.suites import WANTED
from tests.e2e.traffic import Traffic

HOME = "/etc/ssl/deploytasks"
SSLYZE = "sslyze==6.3.1"
ROUNDS = int(os.environ.get("ROUNDS", "1"))
"""How often a certificate is asked for in a row, and renewed."""
SHOWS_SCHEME = """

plain = app


def app(environ, start_response):
    if environ["PATH_INFO"] != "/scheme":
        return plain(environ, start_response)
    start_response("200 OK", [])
    return [environ["HTTP_X_FORWARDED_PROTO"].encode()]
"""
WHERE_IT_IS_WANTED = pytest.mark.parametrize("signed", WANTED, indirect=True)
number = count(1)


@pytest.fixture(scope="module")
def authority() -> Authority:
    """The authority of the tests, which signs what people bring."""
    return Authority()


@pytest.fixture(scope="module")
def tls(target_state) -> Target:
    """The Debian 12 target of sites with TLS."""
    return up_converged("tls-debian12", "debian12", target_state)


def project_with(target: Target, directory: Path, **variables) -> Project:
    project = Project.make(f"tls-{next(number)}", directory, target, **variables)
    project.code("one", SHOWS_SCHEME)
    return project


def own_authority(project: Project) -> str:
    return project.target.run(["cat", f"{HOME}/authority.pem"]).stdout


@pytest.fixture(scope="module", params=SUITES)
def signed(request, target_state, tmp_path_factory) -> Project:
    """A site with a certificate of its host's own authority, on each Debian."""
    target = up_converged(f"tls-{request.param}", request.param, target_state)
    project = project_with(target, tmp_path_factory.mktemp("signed"), nginx_tls="self-signed")
    project.deploy()
    return project


def test_a_self_signed_site_serves_verified_https(signed):
    browser = Browser(signed, own_authority(signed))
    assert browser.get().says["release"] == signed.current
    assert browser.get("/scheme").body == b"https"
    with browser.connect() as connection:
        assert (connection.version(), connection.selected_alpn_protocol()) == ("TLSv1.3", "h2")
    with pytest.raises(ssl.SSLError):
        Browser(signed, Authority().pem.decode()).get()


def test_http_leads_to_https(signed):
    connection = http.client.HTTPConnection(signed.target.host, signed.target.http_port, timeout=30)
    connection.request("GET", "/a?b=c", headers={"Host": f"{signed.name}.test"})
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{signed.name}.test/a?b=c")
    connection.close()


def test_a_name_that_no_site_has_gets_no_answer(signed):
    with pytest.raises((ssl.SSLError, http.client.HTTPException)):
        Browser(signed, own_authority(signed)).get(name="elsewhere.test", check_hostname=False)


def test_keys_are_for_root_and_a_second_deploy_changes_nothing(signed):
    keys = [f"{HOME}/authority-key.pem", f"{HOME}/self-signed/{signed.name}.pem"]
    assert signed.target.run(["stat", "--format=%a %U", *keys]).stdout == "600 root\n" * 2
    before = signed.target.run(["sha256sum", *keys]).stdout
    assert signed.deploy().changed == []
    assert signed.target.run(["sha256sum", *keys]).stdout == before
    assert signed.target.run(["ls", "--almost-all", HOME]).stdout.split() == [
        ".lock",
        "authority-key.pem",
        "authority.pem",
        "self-signed",
    ]


@WHERE_IT_IS_WANTED
def test_a_certificate_is_renewed_in_time_by_the_host_itself(signed):
    browser = Browser(signed, own_authority(signed))
    make_it_old(signed)
    signed.target.run(["systemctl", "reload", "nginx"])
    old = wait_for(
        lambda: serial_on_disk(signed) == browser.serial and browser.serial, "the old one is served"
    )
    signed.target.run(["systemctl", "start", "deploytasks-certificate.service"])
    wait_for(lambda: browser.serial != old, "a new certificate")
    assert browser.get().status == 200
    timer = signed.target.run(["systemctl", "is-enabled", "deploytasks-certificate.timer"]).stdout
    assert timer == "enabled\n"


@WHERE_IT_IS_WANTED
def test_a_deploy_renews_too_and_an_edited_pair_is_repaired(signed):
    path = f"{HOME}/self-signed/{signed.name}.pem"
    make_it_old(signed)
    assert signed.deploy().changed == ["issue the certificate", "reload nginx"]
    signed.target.run(["sh", "-c", f"openssl ecparam -genkey -name prime256v1 -noout -out {path}.new"])
    signed.target.run(["sh", "-c", f"openssl x509 -in {path} >> {path}.new && mv {path}.new {path}"])
    assert signed.deploy().changed == ["issue the certificate", "reload nginx"]
    assert signed.deploy().changed == []


@WHERE_IT_IS_WANTED
def test_another_name_is_another_certificate_of_the_same_authority(signed):
    authority = own_authority(signed)
    signed.configure(nginx_server_name=f"{signed.name}.test www.{signed.name}.test")
    assert "issue the certificate" in signed.deploy().changed
    assert Browser(signed, authority).get(name=f"www.{signed.name}.test").says["version"] == "one"


def make_it_old(project: Project) -> None:
    """The certificate has ten days left."""
    program = "/usr/local/sbin/deploytasks-certificate"
    project.target.run(["sh", "-c", f"sed s/^DAYS=90/DAYS=10/ {program} > /root/old; chmod +x /root/old"])
    names = project.variables["nginx_server_name"].split()
    project.target.run(["/root/old", "issue", HOME, project.name, *names])


def serial_on_disk(project: Project) -> str:
    path = f"{HOME}/self-signed/{project.name}.pem"
    said = project.target.run(["openssl", "x509", "-noout", "-serial", "-in", path]).stdout
    return said.strip().removeprefix("serial=")


@pytest.fixture(scope="module")
def sslyze() -> Path:
    """The scanner, in an environment of its own: it wants another cryptography than the controller has."""
    home = cache_directory() / "sslyze"
    with locked(home.with_suffix(".lock")):
        if not (home / "bin/sslyze").exists():
            subprocess.run([sys.executable, "-m", "venv", home], check=True)
            subprocess.run([home / "bin/pip", "install", "--quiet", SSLYZE], check=True)
    return home / "bin/sslyze"


@WHERE_IT_IS_WANTED
@pytest.mark.parametrize("profile", ["intermediate", "modern"])
def test_sslyze_finds_what_mozilla_wants(sslyze, signed, tmp_path, profile):
    signed.configure(nginx_tls_profile=profile)
    signed.deploy()
    trust = tmp_path / "authority.pem"
    trust.write_text(own_authority(signed))
    place = f"{signed.name}.test:{signed.target.https_port}{{{signed.target.host}}}"
    argv = [sslyze, "--mozilla_config", profile, "--certinfo_ca_file", trust, place]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def brought(tls, authority, tmp_path_factory) -> Project:
    """A site with a certificate from files of the controller."""
    directory = tmp_path_factory.mktemp("brought")
    project = project_with(tls, directory, nginx_tls="files", nginx_hsts="max-age=63072000")
    bring(project, authority)
    project.deploy()
    return project


def bring(project: Project, authority: Authority, *names: str, days: int = 30) -> str:
    """Put a new pair where the inventory says it is; returns a part of its key that tells it from all others."""
    names = names or (f"{project.name}.test",)
    chain, key = authority.pair(project.directory / "tls", names, days)
    project.configure(nginx_tls_certificate=str(chain), nginx_tls_certificate_key=str(key))
    return key.read_text().splitlines()[2]


def test_a_brought_certificate_is_served(brought, authority):
    browser = Browser(brought, authority.pem.decode())
    assert browser.get().says["version"] == "one"
    assert brought.deploy().changed == []


def test_the_key_is_nowhere_but_in_its_place(brought, authority):
    secret = bring(brought, authority)
    check = brought.inv("check")
    run = brought.deploy("--diff")
    assert {"bring the certificate", "reload nginx"} <= set(run.changed)
    said = json.dumps(check.events) + json.dumps(run.events) + check.messages + run.messages
    assert secret not in said
    argv = ["grep", "-rlFe", secret, "/etc", "/srv", "/var", "/run", "/tmp", "/home", "/root"]
    assert brought.target.run(argv, check=False).stdout.split() == [f"{HOME}/files/{brought.name}.pem"]
    assert brought.target.run(["stat", "--format=%a", f"{HOME}/files/{brought.name}.pem"]).stdout == "600\n"


def test_a_rollback_leaves_the_newest_certificate(brought, authority):
    browser = Browser(brought, authority.pem.decode())
    brought.code("two", SHOWS_SCHEME)
    bring(brought, authority)
    brought.deploy()
    newest = browser.serial
    assert brought.inv("rollback").exit_code == 0
    assert (browser.get().says["version"], browser.serial) == ("one", newest)


def test_a_failed_deploy_puts_the_certificate_back(brought, authority):
    browser = Browser(brought, authority.pem.decode())
    brought.code("one", SHOWS_SCHEME)
    brought.deploy()
    serial, release = browser.serial, brought.current
    bring(brought, authority)
    brought.code("broken", "raise SystemExit('no')")
    assert brought.inv("deploy").exit_code == 2
    assert (browser.serial, browser.get().says["release"]) == (serial, release)
    brought.code("one", SHOWS_SCHEME)
    brought.deploy()


def test_a_certificate_that_does_not_fit_is_refused_before_any_connection(brought, authority):
    asked = ssh_commands(brought.target)
    bring(brought, authority, "elsewhere.test")
    refused = brought.inv("deploy")
    bring(brought, authority)
    assert refused.exit_code == 5
    assert f"is for elsewhere.test, not for {brought.name}.test" in refused.messages
    assert ssh_commands(brought.target) == asked


@pytest.mark.fault(46)
def test_a_port_that_somebody_else_has_fails_the_deploy(tls, tmp_path):
    """It is named before nginx would find it out by itself."""
    project = project_with(tls, tmp_path)
    project.deploy()
    tls.run(["systemd-run", "--unit=squatter", "python3", "-m", "http.server", "8443"])
    wait_for(lambda: ":8443 " in tls.run(["ss", "-ltn"]).stdout, "the port is taken")
    project.configure(nginx_tls="self-signed", nginx_tls_listen=8443)
    run = project.inv("deploy")
    tls.run(["systemctl", "stop", "squatter"])
    assert run.exit_code == 2
    assert "port 8443 is taken by python3" in run.messages
    assert project.says["release"] == project.current
    project.deploy()


def test_turning_tls_on_and_off_loses_no_request(tls, tmp_path):
    project = project_with(tls, tmp_path, nginx_redirect=False)
    project.deploy()
    with Traffic.on(project) as traffic:
        project.configure(nginx_tls="self-signed")
        project.deploy()
        project.configure(nginx_tls="off")
        project.deploy()
    assert None not in traffic.served


@pytest.fixture(scope="module")
def acme(target_state, authority, tmp_path_factory) -> Project:
    """A site whose certificate comes from an ACME directory that listens on the target's own loopback."""
    target = up_converged("acme", "debian12", target_state)
    directory = tmp_path_factory.mktemp("acme")
    pebble.start(target, authority, directory / "pebble")
    project = project_with(
        target,
        directory,
        nginx_tls="acme",
        nginx_acme_email="admin@example.org",
        nginx_acme_directory=pebble.DIRECTORY,
        nginx_acme_ca_bundle=str(written(directory / "acme.pem", authority.pem)),
    )
    project.deploy()
    return project


def test_acme_serves_what_the_directory_has_signed(acme):
    browser = Browser(acme, pebble.root(acme.target))
    assert browser.get("/scheme").body == b"https"
    assert acme.target.run(["ls", "/var/lib/acme-challenges"]).stdout == ""


def test_a_later_deploy_asks_nobody_for_a_certificate(acme):
    with pebble.out_of_reach(acme.target):
        assert acme.deploy().changed == []


def test_a_rollback_touches_no_certificate(acme):
    serial = Browser(acme, pebble.root(acme.target)).serial
    acme.code("two", SHOWS_SCHEME)
    acme.deploy()
    with pebble.out_of_reach(acme.target):
        assert acme.inv("rollback").exit_code == 0
    assert Browser(acme, pebble.root(acme.target)).serial == serial
    acme.code("one", SHOWS_SCHEME)
    acme.deploy()


def test_certificates_are_issued_each_time(acme):
    """Also when the site is there and its certificate is gone."""
    browser = Browser(acme, pebble.root(acme.target))
    serials = {browser.serial}
    for _ in range(ROUNDS):
        acme.target.run(["certbot", "delete", "--non-interactive", "--cert-name", f"{acme.name}.test"])
        assert "ask for the certificate" in acme.deploy().changed
        serials.add(browser.serial)
    assert len(serials) == ROUNDS + 1


def test_certificates_are_renewed_each_time_by_certbots_own_timer(acme):
    browser = Browser(acme, pebble.root(acme.target))
    timer = acme.target.run(["systemctl", "is-active", "certbot.timer"]).stdout
    assert timer == "active\n"
    due = "1i renew_before_expiry = 100 years"
    acme.target.run(["sed", "-i", due, f"/etc/letsencrypt/renewal/{acme.name}.test.conf"])
    for _ in range(ROUNDS):
        before = browser.serial
        renewed_by_timer(acme.target)
        wait_for(lambda before=before: browser.serial != before, "a renewed certificate is served")
    assert acme.deploy().changed == []


def test_what_the_directory_refuses_is_told_and_nothing_is_changed(acme):
    browser = Browser(acme, pebble.root(acme.target))
    before = browser.serial
    pebble.forget(acme.target, "unknown.test")
    acme.configure(nginx_server_name=f"{acme.name}.test unknown.test")
    run = acme.inv("deploy")
    assert run.exit_code == 2
    assert "certbot got no certificate" in run.host["error"]
    assert "unknown.test" in run.messages
    assert (browser.serial, browser.get().status) == (before, 200)
    acme.configure(nginx_server_name=f"{acme.name}.test")


def test_a_site_without_tls_gets_a_certificate_without_losing_a_request(acme, tmp_path):
    project = project_with(acme.target, tmp_path, nginx_redirect=False)
    project.deploy()
    names = ("nginx_tls", "nginx_acme_email", "nginx_acme_directory", "nginx_acme_ca_bundle")
    with Traffic.on(project) as traffic:
        project.configure(**{name: acme.variables[name] for name in names})
        project.deploy()
    assert None not in traffic.served
    assert Browser(project, pebble.root(acme.target)).get().says["version"] == "one"


def renewed_by_timer(target: Target) -> None:
    """What the timer starts twice a day; a rejected nonce is tried again the next time."""
    wait_for(
        lambda: target.run(["systemctl", "start", "certbot.service"], check=False).returncode == 0,
        "a renewal",
    )
