"""A catch-all stays as long as a site listens at its port, in whatever words the site says so."""

from __future__ import annotations

import pytest

from deploytasks.agent.engine.machine import Machine
from deploytasks.roles import caddy, nginx

SITES = {
    nginx: ("etc/nginx/sites-enabled/shop", "server {{\n    {}\n}}\n"),
    caddy: ("etc/caddy/sites/shop.caddy", "# shop\n{} {{\n}}\n"),
}
LISTENS = [
    (nginx, "listen 80;"),
    (nginx, "listen [::]:80 ssl http2;"),
    (nginx, "listen 127.0.0.1:80;"),
    (caddy, "http://shop.test:80"),
    (caddy, "http://shop.test:80, http://www.shop.test:80"),
    (caddy, "http://:80"),
    (caddy, "https://shop.test:443"),
]
LISTENS_ELSEWHERE = [
    (nginx, "listen 8080;"),
    (nginx, "server_name listen.80.test;"),
    (caddy, "http://shop.test:8080"),
]


def idle(web_server, site, root):
    """The catch-alls for nobody, when there is one for port 80 and a site that says *site*."""
    path, text = SITES[web_server]
    for name, content in {web_server.CATCH_ALL % 80: "", path: text.format(site)}.items():
        place = root / name.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content)
    return list(web_server.NO_IDLE_PORT.inspect(Machine(root=str(root))) or {})


@pytest.mark.parametrize(("web_server", "site"), LISTENS)
def test_it_stays_while_a_site_listens_there(web_server, site, tmp_path):
    assert idle(web_server, site, tmp_path) == []


@pytest.mark.parametrize(("web_server", "site"), LISTENS_ELSEWHERE)
def test_it_goes_when_none_does(web_server, site, tmp_path):
    assert idle(web_server, site, tmp_path) == [web_server.CATCH_ALL % 80]
