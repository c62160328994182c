"""The proxies in front whose word counts: who they are, and what each part is told of them."""

from __future__ import annotations

import re
from ipaddress import ip_network

import pytest

from deploytasks.roles.app.proxies import networks_of
from tests.roles.rendered import DEFAULT, rendered

NGINX, APACHE = "/etc/nginx/sites-available/hello", "/etc/apache2/sites-available/hello.conf"
FRONT = "/etc/systemd/system/hello-front.service"


def test_addresses_and_ranges_are_taken_as_they_are():
    assert networks_of(["10.0.0.1", "fd00::/8", "10.0.0.1"]) == ("10.0.0.1", "fd00::/8")


def test_a_range_is_named_by_its_first_address():
    assert networks_of(["10.1.2.3/8"]) == ("10.0.0.0/8",)


def test_cloudflares_addresses_are_known():
    networks = [ip_network(text) for text in networks_of(["cloudflare"])]
    assert {network.version for network in networks} == {4, 6}
    assert not any(network.is_private for network in networks)


def test_a_list_of_ones_own_takes_its_place(tmp_path):
    (tmp_path / "cdn.txt").write_text("# ours\n192.0.2.0/24  # Vienna\n\n2001:db8::/32\n")
    assert networks_of(["10.0.0.1", f"{tmp_path}/cdn.txt"]) == ("10.0.0.1", "192.0.2.0/24", "2001:db8::/32")


def test_a_wrong_line_of_a_list_is_named(tmp_path):
    (tmp_path / "cdn.txt").write_text("192.0.2.0/24\nproxy.example.org\n")
    with pytest.raises(ValueError, match=r"cdn\.txt:2: 'proxy\.example\.org'; expected an address"):
        networks_of([f"{tmp_path}/cdn.txt"])


def test_a_missing_list_is_told(tmp_path):
    with pytest.raises(ValueError, match=r"cdn\.txt cannot be read: No such file"):
        networks_of([f"{tmp_path}/cdn.txt"])


@pytest.mark.parametrize("web_server", ["nginx", "apache", "caddy"])
def test_a_web_server_knows_every_address_of_a_list(web_server):
    texts = rendered(
        {**DEFAULT, "app_web_server": web_server, f"{web_server}_trusted_proxies": ["cloudflare"]}
    )
    site = next(text for path, text in texts.items() if re.search(r"/(sites|sites-available)/hello", path))
    assert [network for network in networks_of(["cloudflare"]) if network not in site] == []


def test_without_a_web_server_the_port_is_for_those_alone_who_are_believed():
    texts = rendered({**DEFAULT, "app_web_server": "none", "app_trusted_proxies": ["10.0.0.0/8"]})
    assert "deploytasks-front /run/hello/current.sock 10.0.0.0/8\n" in texts[FRONT]
    assert "/usr/local/sbin/deploytasks-front" in texts
    assert "systemd-socket-proxyd" in rendered({**DEFAULT, "app_web_server": "none"})[FRONT]


def test_whoever_speaks_proxy_is_not_asked_for_fields():
    variables = {"nginx_proxy_protocol": True, "nginx_trusted_proxies": ["10.0.0.1"]}
    site = rendered({**DEFAULT, **variables})[NGINX]
    assert "real_ip_header proxy_protocol;" in site
    assert "$http_x_forwarded" not in site
    assert set(re.findall(r"listen .*", site)) == {
        "listen 80 proxy_protocol;",
        "listen [::]:80 proxy_protocol;",
    }


@pytest.mark.parametrize("names", ["_", "hello.test"])
def test_a_load_balancer_asks_the_app_by_any_name(names):
    variables = {"nginx_server_name": names, "nginx_health_path": "/healthz"}
    site = rendered({**DEFAULT, **variables})[NGINX]
    assert site.count("location = /healthz {") == 1
    asked = site[site.index("location = /healthz {") :]
    host = "localhost" if names == "_" else names
    assert f"proxy_set_header Host {host};" in asked[: asked.index("}")]
