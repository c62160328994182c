"""A certificate of an ACME directory: how certbot is asked, and what is served meanwhile."""

from __future__ import annotations

import os

import pytest

from deploytasks.agent.engine.resource import Change
from deploytasks.agent.errors import StepError
from deploytasks.agent.web.acme_certificate import AcmeCertificate

SITE = "/etc/nginx/sites-enabled/shop"
WANTED = AcmeCertificate(
    names=("shop.test", "www.shop.test"),
    directory="https://acme.test/dir",
    webroot="/srv/challenges",
    site=SITE,
    challenge_site="server {}\n",
    email="admin@shop.test",
)
LOG = "/var/log/letsencrypt/letsencrypt.log"
BAD_NONCE = "urn:ietf:params:acme:error:badNonce :: The client sent an unacceptable anti-replay nonce"
LOGGED = "acme.messages.Error: of an earlier request\nacme.messages.Error: %s\n" % BAD_NONCE


@pytest.fixture
def site(host):
    return host.link(SITE, "../sites-available/shop")


def ask(host) -> None:
    WANTED.apply(host.machine, Change(None, WANTED.desired()))


def asked(host) -> list[str]:
    return [call.split()[0] for call in host.calls]


def test_the_site_that_was_there_is_there_afterwards(host, site):
    ask(host)
    assert os.readlink(site) == "../sites-available/shop"
    assert [program for program in asked(host) if program != "systemctl"] == ["nginx", "certbot"]
    assert host.calls[-1] == "systemctl reload -- nginx"


def test_where_no_site_was_none_is_left(host):
    host.path(SITE).parent.mkdir(parents=True)
    ask(host)
    assert not host.path(SITE).exists()


def test_a_refusal_is_told_in_certbots_words_and_the_site_is_put_back(host, site):
    host.fail("certbot", "The server will not issue certificates for the identifier\n")
    with pytest.raises(StepError) as error:
        ask(host)
    told = "certbot got no certificate for shop.test, www.shop.test from https://acme.test/dir"
    assert error.value.reason == told
    assert error.value.output == "The server will not issue certificates for the identifier"
    assert os.readlink(site) == "../sites-available/shop"
    assert asked(host).count("certbot") == 1


def test_what_an_earlier_run_was_answered_is_not_this_ones(host, site):
    """Debian's certbot appends to its log."""
    host.write(LOG, LOGGED)
    host.fail("certbot", "the challenge failed\n")
    with pytest.raises(StepError):
        ask(host)
    assert asked(host).count("certbot") == 1


def test_a_rejected_nonce_is_tried_again(host, site):
    """certbot prints the description of what the directory answered when it registers an account, and no type."""
    host.fail("certbot", "Unable to register an account: JWS has an invalid anti-replay nonce\n")
    (host.home / "logged").write_text(LOGGED)
    with pytest.raises(StepError):
        ask(host)
    assert asked(host).count("certbot") == 4


def test_challenges_are_not_asked_for_while_nginx_refuses_its_configuration(host, site):
    host.fail("nginx", "unknown directive\n")
    with pytest.raises(StepError):
        ask(host)
    assert "certbot" not in asked(host)
    assert os.readlink(site) == "../sites-available/shop"


def test_what_certbot_is_to_renew_otherwise_is_seen(host, site):
    ask(host)
    conf = host.path("/etc/letsencrypt/renewal/shop.test.conf")
    conf.write_text(conf.read_text().replace("systemctl reload nginx", "true"))
    change = Change(WANTED.inspect(host.machine), WANTED.desired())
    assert change.keys == ("renew_hook",)


def test_an_answer_that_certbot_could_not_print_is_found_in_its_log(host, site):
    host.fail("certbot", "An unexpected error occurred:\nAttributeError: can't set attribute\n")
    (host.home / "logged").write_text(LOGGED)
    with pytest.raises(StepError) as error:
        ask(host)
    assert error.value.output.splitlines()[-1] == BAD_NONCE
