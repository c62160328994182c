"""Where an instance of mod_wsgi listens, and what is said of the options that it does not take."""

from __future__ import annotations

from ipaddress import ip_address

from deploytasks.agent.release.layout import App
from deploytasks.roles import mod_wsgi
from tests.roles.test_readmes import readme, table

SHOP = App("shop", "/srv/shop", "shop")
NAMES = [f"20261121T1015{number:02}Z-3f9c2d1" for number in range(60)]


def test_each_release_has_a_loopback_address_of_its_own():
    addresses = [mod_wsgi.address(SHOP.release(name)) for name in NAMES]
    assert len({host for host, _ in addresses}) == len(NAMES)
    assert all(ip_address(host).is_loopback and host != "127.0.0.1" for host, _ in addresses)
    assert all(10_000 <= int(port) < 32_768 for _, port in addresses)


def test_two_apps_of_one_minute_have_different_addresses():
    other = App("blog", "/srv/blog", "blog")
    assert mod_wsgi.address(SHOP.release(NAMES[0])) != mod_wsgi.address(other.release(NAMES[0]))


def test_the_options_that_the_role_makes_are_told_with_their_reasons():
    told = table(readme(mod_wsgi), "variable | because")
    assert told == {f"mod_wsgi_{name}": reason for name, reason in mod_wsgi.managed.items()}
