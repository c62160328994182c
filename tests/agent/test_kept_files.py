"""What is kept of earlier releases' files, and for how long."""

from __future__ import annotations

import os
import time

import pytest

from deploytasks.agent.engine.resource import Change
from deploytasks.agent.release.kept_files import KeptFiles

KEPT = "/srv/shop/kept"
DAY_S = 86400


@pytest.fixture
def releases(host):
    """Makes a release of these files, which is the current one from then on; tells what is kept then."""

    def made(name, *files):
        code = f"/srv/shop/releases/{name}/code"
        for file in files:
            host.write(f"{code}/static/{file}", f"{file} of {name}")
        keep = KeptFiles(KEPT, "/srv/shop/current", code, (("/s/", "static/"),), DAY_S)
        keep.apply(host.machine, Change(keep.inspect(host.machine), keep.desired()))
        assert keep.inspect(host.machine) == keep.desired()
        link = host.path("/srv/shop/current")
        link.unlink(missing_ok=True)
        host.link("/srv/shop/current", f"releases/{name}")
        return sorted(path.name for path in host.path(KEPT).rglob("*") if path.is_file())

    return made


def test_what_the_new_release_lacks_is_kept_and_what_it_has_is_not(host, releases):
    assert releases("one", "app.aaa.js", "style.css", "chunks/x.aaa.js") == []
    assert releases("two", "app.bbb.js", "style.css") == ["app.aaa.js", "x.aaa.js"]
    assert host.path(f"{KEPT}/s/app.aaa.js").read_text() == "app.aaa.js of one"
    assert releases("three", "app.aaa.js", "style.css") == ["app.bbb.js", "x.aaa.js"]


def test_it_stays_for_its_time_from_when_its_release_went(host, releases):
    releases("one", "app.aaa.js")
    releases("two", "app.bbb.js")
    then = time.time() - DAY_S - 1
    os.utime(host.path(f"{KEPT}/s/app.aaa.js"), (then, then))
    assert releases("three", "app.ccc.js") == ["app.bbb.js"]


def test_what_is_hidden_and_what_is_a_link_is_not_kept(host, releases):
    host.write("/etc/secret", "secret")
    host.link("/srv/shop/releases/one/code/static/linked.js", "/etc/secret")
    releases("one", ".htpasswd", "dump.sql~", ".git/config", ".well-known/security.txt")
    assert releases("two") == ["security.txt"]


def test_the_same_release_once_more_is_nothing_to_do(host, releases):
    releases("one", "app.aaa.js")
    code = "/srv/shop/releases/one/code"
    host.write(f"{KEPT}/s/app.aaa.js", "old")
    keep = KeptFiles(KEPT, "/srv/shop/current", code, (("/s/", "static/"),), DAY_S)
    assert keep.inspect(host.machine) == keep.desired()
