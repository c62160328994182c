"""Uploads that an app has made for itself alone are told before visitors get 403."""

from __future__ import annotations

import os

import pytest

from deploytasks.agent.release import unread_files as unread_files_module
from deploytasks.agent.release.unread_files import Unread, unread_files
from deploytasks.agent.web.places import SITES
from tests.agent.shop import ONE, Shop

UPLOADS = "/srv/shop/shared/uploads"
SITE = """
location /media/ { alias /srv/shop/current/code/uploads/; }
location /css/ { alias /srv/shop/current/code/css/; }
"""


@pytest.fixture
def shop(host):
    """Serves what is uploaded, and keeps a database beside it."""
    shop = Shop(host)
    host.path(f"/srv/shop/releases/{ONE}/code/css").mkdir(parents=True)
    host.link("/srv/shop/current", f"releases/{ONE}")
    host.write(f"{UPLOADS}/open.txt", "x", 0o640)
    host.write(f"{UPLOADS}/inner/shut.txt", "x", 0o600)
    host.write("/srv/shop/shared/shop.sqlite", "x", 0o600)
    host.link(f"/srv/shop/releases/{ONE}/code/uploads", str(host.path(UPLOADS)))
    return shop


@pytest.mark.parametrize("place", ["current/code/uploads", "shared/uploads"])
@pytest.mark.parametrize("web_server", ["nginx", "apache", "caddy"])
def test_what_the_web_server_cannot_read_of_what_it_serves_is_found(shop, host, web_server, place):
    host.write(SITES[web_server] % "shop", SITE.replace("current/code/uploads", place))
    assert [*unread_files(host.machine, shop.app)] == [Unread(UPLOADS, 1, "inner/shut.txt", "0600")]


def test_a_directory_that_nobody_else_may_enter_is_found(shop, host):
    host.write(SITES["nginx"] % "shop", SITE)
    os.chmod(host.machine.path(f"{UPLOADS}/inner"), 0o700)
    (unread,) = unread_files(host.machine, shop.app)
    assert (unread.count, unread.example, unread.mode) == (2, "inner", "0700")


def test_what_is_not_served_may_be_for_its_owner_alone(shop, host):
    assert [*unread_files(host.machine, shop.app)] == []


def test_what_the_app_takes_away_meanwhile_is_nobodys_trouble(shop, host, monkeypatch):
    host.write(SITES["nginx"] % "shop", SITE)
    walked = unread_files_module.os.walk

    def vanishing(directory):
        for place, directories, names in walked(directory):
            yield place, directories, [*names, "gone.txt"]

    monkeypatch.setattr(unread_files_module.os, "walk", vanishing)
    assert [*unread_files(host.machine, shop.app)] == [Unread(UPLOADS, 1, "inner/shut.txt", "0600")]
