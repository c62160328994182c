"""Texts beside which their gzip lies."""

from __future__ import annotations

import gzip

import pytest

from deploytasks.agent.engine.resource import Change
from deploytasks.agent.files.compressed import Compressed

STATIC = "/srv/code/static"
TEXT = "body { color: black }\n" * 100


@pytest.fixture
def compress(host):
    """Compresses what is to be; tells what lies there then besides."""

    def done():
        before = {path for path in host.path(STATIC).rglob("*") if not path.is_dir()}
        compressed = Compressed((STATIC,))
        compressed.apply(host.machine, Change(compressed.inspect(host.machine), compressed.desired()))
        assert compressed.inspect(host.machine) == compressed.desired()
        after = {path for path in host.path(STATIC).rglob("*") if not path.is_dir()}
        return sorted(str(path.relative_to(host.path(STATIC))) for path in after - before)

    return done


def test_texts_are_compressed_and_nothing_else(host, compress):
    for name in ("css/style.css", "App.JS", "photo.jpg", "font.woff2", ".git/config.txt", ".hidden.css"):
        host.write(f"{STATIC}/{name}", TEXT)
    host.write(f"{STATIC}/small.css", "body {}\n")
    assert compress() == ["App.JS.gz", "css/style.css.gz"]
    assert gzip.decompress(host.path(f"{STATIC}/css/style.css.gz").read_bytes()).decode() == TEXT


def test_one_that_came_with_the_source_stays(host, compress):
    host.write(f"{STATIC}/app.js", TEXT)
    host.write(f"{STATIC}/app.js.gz", "made by a bundler")
    assert compress() == []
    assert host.path(f"{STATIC}/app.js.gz").read_text() == "made by a bundler"


def test_no_link_is_followed(host, compress):
    host.write("/etc/secret.txt", TEXT)
    host.write(f"{STATIC}/app.js", TEXT)
    host.link(f"{STATIC}/secret.txt", "/etc/secret.txt")
    host.link(f"{STATIC}/long.txt", "/etc/" + "../etc/" * 200 + "secret.txt")
    host.link(f"{STATIC}/uploads", "/etc")
    assert compress() == ["app.js.gz"]


def test_the_same_text_is_the_same_gzip_with_its_time(host, compress):
    for name in ("one.css", "two.css"):
        host.write(f"{STATIC}/{name}", TEXT)
    compress()
    one, two = (host.path(f"{STATIC}/{name}.css.gz") for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    assert one.stat().st_mtime_ns == host.path(f"{STATIC}/one.css").stat().st_mtime_ns
