"""An account that a failed run has made, and what it owns by then."""

import os

from deploytasks.agent.accounts.user import User

SHOP = User("shop", home="/srv/shop")


def with_account(host, path):
    """The account owns what is at *path*, as far as a test can see to that."""
    host.write(path, "precious")
    host.write("/etc/passwd", f"shop:x:{os.getuid()}:950::/srv/shop:/usr/sbin/nologin\n")
    return host.machine


def test_an_account_goes_with_the_run_that_made_it(host):
    machine = with_account(host, "/srv/other/upload")
    assert SHOP.brings_back(machine, None)


def test_an_account_stays_while_files_of_its_do_as_the_next_one_would_get_its_number(host):
    machine = with_account(host, "/srv/shop/shared/upload")
    assert not SHOP.brings_back(machine, None)
    assert SHOP.brings_back(machine, {"home": "/srv/old"})
