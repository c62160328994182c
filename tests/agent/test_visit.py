"""Whether a visitor gets the app is asked at the web server's own port, by the site's name."""

from __future__ import annotations

import itertools
import socket

import pytest

from deploytasks.agent.engine.resource import Change
from deploytasks.agent.errors import StepError
from deploytasks.agent.web import visit as module
from deploytasks.agent.web.nginx_page import page_of
from deploytasks.agent.web.visit import Visit
from tests.agent.sites import site_handler

ERROR_LOG = "/var/log/nginx/error.log"


def visit_of(host, handler, **more):
    return Visit("shop", "nginx", int(host.serve(handler)), "shop.test", **{"tells": True, **more})


def trouble(host, handler, **more):
    visit = visit_of(host, handler, **more)
    told = visit.trouble(host.machine)
    return told.replace(str(visit.port), "PORT")


def always(status):
    return itertools.repeat(status)


def test_who_gets_the_app_has_no_trouble(host):
    assert trouble(host, site_handler("shop")) == ""


@pytest.mark.parametrize("status", [301, 401, 403, 429])
def test_what_a_site_of_ours_says_to_whom_it_does_not_let_in_is_an_answer(host, status):
    assert trouble(host, site_handler("shop", always(status))) == ""


@pytest.mark.parametrize("status", [404, 500, 502, 503])
def test_a_page_that_is_none_is_told(host, status):
    told = "visitors of http://shop.test:PORT do not get the app: GET / answered %d instead of 200-399"
    assert trouble(host, site_handler("shop", always(status))) == told % status


@pytest.mark.parametrize(
    ("complaint", "is_told"),
    [("access forbidden by rule, client: 127.0.0.1", True), ("upstream is slow", False), ("", False)],
)
def test_a_refusal_that_nobody_has_asked_the_web_server_for_is_trouble(host, complaint, is_told):
    log = host.write(ERROR_LOG, "access forbidden by rule, long ago\n")

    def refusing():
        while True:
            with log.open("a") as file:
                file.write(f"{complaint}\n")
            yield 403

    assert bool(trouble(host, site_handler("shop", refusing()), guarded=False)) is is_told


def test_where_a_site_cannot_tell_whose_it_is_a_refusal_is_trouble(host):
    assert trouble(host, site_handler("", always(403)), tells=False).endswith(
        "answered 403 instead of 200-399"
    )
    assert trouble(host, site_handler(""), tells=False) == ""


def test_another_app_that_has_the_name_is_named(host):
    told = "visitors of http://shop.test:PORT do not get the app: the app other has that name at that port"
    assert trouble(host, site_handler("other")) == told


def test_a_site_of_somebody_else_is_told(host):
    told = "visitors of http://shop.test:PORT do not get the app: another site answers there (405)"
    assert trouble(host, site_handler("", whose_status=405)) == told


def test_a_guest_is_asked_for_below_its_mount(host):
    assert trouble(host, site_handler("shop", mount="/cart"), mount="/cart", path="/cart/up") == ""


def test_a_site_that_knows_of_no_guest_is_told(host):
    told = (
        "visitors of http://shop.test:PORT do not get the app: /cart/ is nothing of this app's there (200); "
        "is the site of app_site deployed here, at that port?"
    )
    assert trouble(host, site_handler("shop"), mount="/cart") == told


def test_nobody_at_the_port_is_told(host):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        visit = Visit("shop", "nginx", taken.getsockname()[1], "shop.test", tells=True)
        assert visit.trouble(host.machine).endswith("do not get the app: no answer: Connection refused")


def test_while_visitors_see_the_maintenance_page_that_is_as_it_should_be(host):
    host.write(page_of("shop"), "return 503;")
    assert trouble(host, site_handler("shop", always(503))) == ""


def test_without_a_path_any_answer_of_the_site_will_do(host):
    assert trouble(host, site_handler("shop", always(404)), path=None) == ""


def test_what_stays_wrong_is_told_with_what_the_web_server_complains_about_meanwhile(host, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE_S", 0.3)
    log = host.write(ERROR_LOG, "an old complaint\n")

    def complaining():
        while True:
            with log.open("a") as file:
                file.write("connect() to unix:/run/shop/current.sock failed (13: Permission denied)\n")
            yield 502

    visit = visit_of(host, site_handler("shop", complaining()))
    with pytest.raises(StepError) as error:
        visit.apply(host.machine, Change(visit.inspect(host.machine), visit.desired()))
    assert error.value.reason.endswith("GET / answered 502 instead of 200-399")
    assert "Permission denied" in error.value.output
    assert "old complaint" not in error.value.output


def test_a_site_that_wants_to_hear_of_proxies_is_spoken_to_as_they_speak(host):
    heard = []

    class Proxied(site_handler("shop")):
        def setup(self):
            super().setup()
            heard.append(self.rfile.readline())

    visit = visit_of(host, Proxied, hears_proxies=True)
    assert visit.trouble(host.machine) == ""
    assert heard == [b"PROXY TCP4 127.0.0.1 127.0.0.1 1 %d\r\n" % visit.port]
