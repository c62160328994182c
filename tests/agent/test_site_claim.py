"""Who has the ports and names of a site already is named before anything is done."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.errors import StepError
from deploytasks.agent.release.site_claim import SiteClaim
from deploytasks.agent.web import named_sites
from deploytasks.agent.web.nginx_servers import nginx_servers

SHOP = SiteClaim("shop", "nginx", (80,), ("shop.test", "www.shop.test"))
SITE = "server { listen 80; listen [::]:80; server_name %s; location / { return 204; } }\n"
LISTENS = "sl local_address rem_address st\n0: 00000000:0050 00000000:0000 0A 0 0 0 0 0 42 1\n"


def refused(host, claim=SHOP):
    with pytest.raises(StepError) as error:
        claim.require(host.machine)
    return error.value.reason


def test_a_host_without_a_site_has_room_for_one(host):
    SHOP.require(host.machine)


def test_the_apps_own_site_is_in_nobodys_way(host):
    host.write("/etc/nginx/sites-enabled/shop", SITE % "shop.test")
    host.write("/proc/net/tcp", LISTENS)
    SHOP.require(host.machine)


@pytest.mark.parametrize("server", ["nginx", "apache", "caddy", "none"])
def test_a_program_at_the_port_that_serves_nothing_of_the_app_is_told(host, server):
    host.write("/proc/net/tcp", LISTENS)
    said = refused(host, SiteClaim("shop", server, (80,), ()))
    assert said.startswith(
        "port 80 is taken by another program, which serves nothing of shop; nothing was changed."
    )
    assert said.endswith({"none": "app_port", "caddy": "caddy_port"}.get(server, server + "_listen"))


def test_another_port_that_is_taken_is_nobodys_concern(host):
    host.write("/proc/net/tcp", LISTENS)
    SiteClaim("shop", "nginx", (8080,), ()).require(host.machine)


def test_another_app_that_has_the_name_is_told_with_its_project_and_the_ways(host):
    host.write("/etc/nginx/sites-enabled/old-shop", SITE % "old.test www.shop.test")
    owner = {
        "format": 1,
        "app": "old-shop",
        "root": "/srv/x",
        "user": "x",
        "project": "c0ffee",
        "adopted": [],
    }
    host.write("/var/lib/deploytasks/old-shop/owner.json", json.dumps(owner))
    assert refused(host) == (
        "the app old-shop of the project whose history begins with the commit c0ffee has the name www.shop.test at "
        "port 80 already; nothing was changed. Give shop another nginx_server_name; take that app away first: inv "
        'destroy; or take its place in one deploy: app_adopt=["/etc/nginx/sites-enabled/old-shop"]'
    )
    replace(SHOP, adopted=("/etc/nginx/sites-enabled/old-shop",)).require(host.machine)


@pytest.mark.parametrize(
    ("server", "path", "site"),
    [
        (
            "apache",
            "/etc/apache2/sites-enabled/x.conf",
            "<VirtualHost *:80>\n ServerName a.test\n ServerAlias b.test shop.test\n</VirtualHost>\n",
        ),
        ("caddy", "/etc/caddy/sites/x.caddy", "http://a.test:80, http://shop.test:80 {\n\trespond 404\n}\n"),
        ("caddy", "/etc/caddy/sites/x.caddy", "http://shop.test {\n\trespond 404\n}\n"),
    ],
)
def test_a_site_of_each_web_server_that_has_the_name_is_told(host, server, path, site):
    claim = replace(SHOP, server=server)
    host.write(path, site)
    assert refused(host, claim) == (
        f"another site ({path}) has the name shop.test at port 80 already; nothing was changed. "
        f"Remove that file, or give shop another {server}_server_name"
    )
    replace(claim, ports=(8080,)).require(host.machine)
    replace(claim, names=("other.test",)).require(host.machine)


def test_a_site_of_somebody_else_is_told_with_its_file(host):
    host.write("/etc/nginx/conf.d/somebody.conf", SITE % "shop.test")
    assert refused(host).startswith(
        "another site (/etc/nginx/conf.d/somebody.conf) has the name shop.test at port 80"
    )


@pytest.mark.parametrize(
    "site",
    [
        "server { listen 8080; server_name shop.test; }",
        "server { listen 127.0.0.1:8080; server_name shop.test; }",
        "server { listen unix:/run/x.sock; server_name shop.test; }",
        "server { listen 80; server_name other.test; }",
        "# server { listen 80; server_name shop.test; }",
        "server { listen 8080; server_name shop.test; }\nserver { listen 80; server_name other.test; }",
    ],
)
def test_a_site_with_the_name_elsewhere_or_another_name_there_is_in_nobodys_way(host, site):
    host.write("/etc/nginx/sites-enabled/other", site)
    SHOP.require(host.machine)


def test_of_two_sites_for_any_name_the_second_is_told(host):
    any_name = SiteClaim("shop", "nginx", (80,), ())
    host.write("/etc/nginx/sites-enabled/default", SITE % "_")
    any_name.require(host.machine)
    host.write("/etc/nginx/sites-enabled/other", SITE % '_ "" ~^')
    assert "has any name at port 80 already" in refused(host, any_name)


def test_servers_are_read_as_nginx_reads_them(host):
    inside = 'server_name "a.test" b.test; if ($b) { return 200 "server {"; }'
    text = 'map $a $b { default "}"; }\nserver { %s }' % inside
    host.write("/etc/nginx/sites-enabled/quoted", text)
    (server,) = nginx_servers(host.machine)
    assert (server.names, server.ports) == ({"a.test", "b.test"}, {80})


def test_a_link_is_known_by_its_file_where_nothing_is_above_the_machine_too(tmp_path):
    """The machine of a host begins at ``/``, those of the tests do not."""
    (tmp_path / "shop.conf").write_text("of shop\n")
    (tmp_path / "enabled.link").symlink_to("shop.conf")
    ((path, file, text),) = named_sites._texts(Machine(root="/"), f"{tmp_path}/*.link")
    assert (path, file) == (f"{tmp_path}/enabled.link", f"{tmp_path.resolve()}/shop.conf")
    assert text == "of shop\n"
