"""nginx reads its sites, and whoever it runs as may connect to the apps, whichever package it came with."""

from __future__ import annotations

import pytest

from deploytasks.agent.engine.resource import Change
from deploytasks.agent.errors import StepError
from deploytasks.agent.web.nginx_member import NginxMember
from deploytasks.agent.web.nginx_sites import NginxSites

CONFIGURATION = "/etc/nginx/nginx.conf"
SITES = NginxSites("/etc/nginx/sites-enabled/shop")
OF_NGINX_ORG = "user  nginx;\nhttp {\n    include mime.types;\n    include /etc/nginx/conf.d/*.conf;\n}\n"
OF_DEBIAN = (
    "user www-data;\nhttp {\n\tinclude /etc/nginx/conf.d/*.conf;\n\tinclude /etc/nginx/sites-enabled/*;\n}\n"
)


def apply(resource, machine):
    resource.apply(machine, Change(resource.inspect(machine), resource.desired()))
    assert resource.inspect(machine) == resource.desired()


def test_debians_reads_them_by_itself(host):
    host.write(CONFIGURATION, OF_DEBIAN)
    assert SITES.inspect(host.machine) == {"read": True}
    assert host.calls == []


def test_nginx_orgs_is_told_to(host):
    host.write(CONFIGURATION, OF_NGINX_ORG)
    host.write("/etc/nginx/conf.d/default.conf", "")
    apply(SITES, host.machine)
    assert (
        "include /etc/nginx/sites-enabled/*;"
        in host.path("/etc/nginx/conf.d/deploytasks-sites.conf").read_text()
    )
    assert host.path("/etc/nginx/sites-available").is_dir()


@pytest.mark.parametrize("line", ["include sites-enabled/*;", "include /etc/nginx/sites-*/*;"])
def test_a_line_in_other_words_will_do(host, line):
    host.write(CONFIGURATION, "http { %s }\n" % line)
    assert SITES.inspect(host.machine) == {"read": True}


@pytest.mark.parametrize("text", ["http { }\n", "http {\n# include /etc/nginx/sites-enabled/*;\n}\n"])
def test_one_that_reads_none_is_told_with_the_line_that_it_lacks(host, text):
    host.write(CONFIGURATION, text)
    with pytest.raises(
        StepError, match=r"nginx does not read its site .* Put the line `include /etc/nginx/sites-en"
    ):
        SITES.inspect(host.machine)


def test_debians_without_its_line_is_told_though_it_reads_more(host):
    host.write(CONFIGURATION, OF_NGINX_ORG)
    host.write("/usr/share/doc/nginx-common/copyright", "")
    with pytest.raises(StepError, match="nginx does not read its site"):
        SITES.inspect(host.machine)


def test_whoever_runs_nginx_comes_into_the_group(host):
    host.write(CONFIGURATION, OF_NGINX_ORG)
    host.write("/etc/passwd", "nginx:x:101:101::/nonexistent:/bin/false\n")
    apply(NginxMember("www-data"), host.machine)
    assert "gpasswd --add nginx -- www-data" in host.calls


@pytest.mark.parametrize("text", [OF_DEBIAN, "http { }\n", "user gone;\n"])
def test_a_user_whose_own_group_it_is_or_who_is_not_there_is_let_be(host, text):
    host.write(CONFIGURATION, text)
    assert NginxMember("www-data").inspect(host.machine) == {"member": True}
