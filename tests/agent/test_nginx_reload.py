"""nginx reads a configuration that it approves of, and in which nobody else has the site's name."""

from __future__ import annotations

import pytest

from deploytasks.agent.errors import StepError
from deploytasks.agent.web.nginx_page import NginxPage
from deploytasks.agent.web.nginx_reload import NginxReload

RELOAD = "systemctl reload -- nginx.service"
CONFLICT = 'nginx: [warn] conflicting server name "%s" on 0.0.0.0:80, ignored\n'


SITE = "/etc/nginx/sites-enabled/shop"
PAGE_FILE = "/etc/nginx/maintenance/shop.conf"
PAGE = NginxPage("shop", "/etc/nginx/maintenance/shop.con[f]")


@pytest.fixture
def running(host):
    host.write("/run/active/nginx.service", "")
    return host


def test_a_running_nginx_is_told(running):
    NginxReload(("shop.test",)).run(running.machine)
    assert RELOAD in running.calls


@pytest.mark.fault(47)
def test_an_nginx_that_does_not_run_is_let_be(host):
    NginxReload(("shop.test",)).run(host.machine)
    assert RELOAD not in host.calls


@pytest.mark.fault(44)
def test_a_configuration_that_nginx_refuses_is_told_in_its_words(running):
    running.fail("nginx", 'unknown directive "lisen" in /etc/nginx/sites-enabled/shop:3\n')
    with pytest.raises(StepError) as error:
        NginxReload(("shop.test",)).run(running.machine)
    assert error.value.output == 'unknown directive "lisen" in /etc/nginx/sites-enabled/shop:3'
    assert RELOAD not in running.calls


@pytest.mark.bad_input(26)
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("shop.test", "another site on 0.0.0.0:80 has the name shop.test already"),
        ("_", "another site on 0.0.0.0:80 takes any name already; give this one its nginx_server_name"),
    ],
)
def test_a_name_that_another_site_has_is_refused(running, name, told):
    running.warn("nginx", CONFLICT % name)
    with pytest.raises(StepError) as error:
        NginxReload((name,)).run(running.machine)
    assert error.value.reason == told
    assert RELOAD not in running.calls


def test_names_that_others_quarrel_about_are_theirs(running):
    running.warn("nginx", CONFLICT % "theirs.test")
    NginxReload(("shop.test",)).run(running.machine)
    assert RELOAD in running.calls


def test_a_page_that_the_site_includes_is_shown(running):
    running.write(PAGE_FILE, "return 503;\n")
    running.write(SITE, "server {\n    include /etc/nginx/maintenance/shop.con[f];\n}\n")
    PAGE.run(running.machine)
    assert RELOAD in running.calls


@pytest.mark.parametrize(
    ("site", "why"),
    [
        (None, "nginx serves no site of shop: there is no /etc/nginx/sites-enabled/shop"),
        ("server {}\n", "has no line `include /etc/nginx/maintenance/shop.con[f];`"),
        ("# include /etc/nginx/maintenance/shop.con[f];\n", "has no line"),
    ],
)
def test_a_page_that_nobody_would_see_is_no_page(running, site, why):
    running.write(PAGE_FILE, "return 503;\n")
    if site:
        running.write(SITE, site)
    with pytest.raises(StepError) as error:
        PAGE.run(running.machine)
    assert why in error.value.reason
    assert RELOAD not in running.calls


def test_a_page_that_was_taken_back_is_shown_no_longer(running):
    PAGE.run(running.machine)
    assert RELOAD in running.calls


def test_a_page_of_an_nginx_that_does_not_run_is_no_page(host):
    host.write(PAGE_FILE, "return 503;\n")
    host.write(SITE, "include /etc/nginx/maintenance/shop.con[f];\n")
    with pytest.raises(StepError, match="nginx does not run"):
        PAGE.run(host.machine)
