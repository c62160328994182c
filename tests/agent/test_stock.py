"""What a host keeps for later deploys has a bound, and goes with the last app."""

from __future__ import annotations

import os

from deploytasks.agent.disk.size import megabytes_of
from deploytasks.agent.files.empty_if_large import EmptyIfLarge
from deploytasks.agent.release.stock import clear_stock

CACHE = "/var/cache/deploytasks"
OF_ALL = (f"{CACHE}/uv/wheel", "/opt/deploytasks/uv/1/uv", "/var/lib/deploytasks/agents/one.zip")


def test_a_tree_takes_what_its_files_take_and_a_shared_file_counts_once(host):
    host.write("/a/deep/one", "x" * 3_000_000)
    os.makedirs(host.path("/b"))
    os.link(host.path("/a/deep/one"), host.path("/b/one"))
    host.write("/b/two", "x" * 500_000)
    os.symlink(host.path("/a"), host.path("/b/link"))
    places = [str(host.path(place)) for place in ("/a", "/b", "/missing")]
    assert megabytes_of(places) == (4, 1, 0)
    assert megabytes_of(places[1:]) == (4, 0)


def test_a_cache_is_emptied_when_it_is_larger_than_its_bound(host):
    host.write(f"{CACHE}/uv/wheel", "x" * 3_000_000)
    EmptyIfLarge(CACHE, 4).run(host.machine)
    assert os.listdir(host.path(CACHE)) == ["uv"]
    EmptyIfLarge(CACHE, 1).run(host.machine)
    assert os.listdir(host.path(CACHE)) == []


def test_what_all_apps_use_goes_with_the_last_of_them(host):
    for place in (*OF_ALL, "/var/lib/deploytasks/shop/owner.json"):
        host.write(place, "{}")
    clear_stock(host.machine)
    assert all(os.path.exists(host.path(place)) for place in OF_ALL)
    os.unlink(host.path("/var/lib/deploytasks/shop/owner.json"))
    os.rmdir(host.path("/var/lib/deploytasks/shop"))
    clear_stock(host.machine)
    assert not any(os.path.exists(host.path(place)) for place in (*OF_ALL, CACHE, "/var/lib/deploytasks"))
    clear_stock(host.machine)
