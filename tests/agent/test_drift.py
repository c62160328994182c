"""How a release's files differ from what was recorded, line by line."""

from __future__ import annotations

import json

import pytest

from deploytasks.agent.disk.digest import digest_of
from deploytasks.agent.engine.plan import Step
from deploytasks.agent.engine.resource import Change
from deploytasks.agent.files.manifest import Entry, Manifest
from deploytasks.agent.files.tree import Tree
from deploytasks.agent.release.drift import GONE, WithRecord
from deploytasks.agent.release.layout import App

APP = App("shop", "/srv/shop", "shop")
BEFORE, NOW = (APP.release(name) for name in ("20261120T101500Z-1111111", "20261121T101500Z-3f9c2d1"))


@pytest.fixture
def files(host):
    """Two releases, of which the second has everything of the first and one file more."""
    lay_out(host, BEFORE, {b"app.py": b"one\n", b"old.txt": b"old\n"})
    lay_out(host, NOW, {b"app.py": b"one\n", b"old.txt": b"old\n", b"new.txt": b"new\n"})
    host.machine.blobs.forget()
    return host.path(NOW.code)


def lay_out(host, release, contents):
    for content in contents.values():
        host.blob(content)
    listed = Manifest.of(Entry("100644", digest_of(content), name) for name, content in contents.items())
    host.write(release.manifest, listed.encode().decode())
    tree = Tree(release.code, release.manifest, listed.digest)
    tree.apply(host.machine, Change(None, tree.desired()))
    plan = {"digest": "1", "app": {"name": "shop"}}
    record = {"plan": plan, "sequence": 1, "previous": None, "created": "", "by": "", "source": ""}
    host.write(release.plan, json.dumps(record))


def told(host):
    tree = Tree(NOW.code, NOW.manifest, digest_of(host.path(NOW.manifest).read_bytes()))
    comparison = WithRecord(host.machine, APP)
    explained = comparison.explained(Step("lay out", tree), tree, Change({}, {}))
    return (explained or "").splitlines()


def by_hand(path, text):
    """As an editor saves it: under its name is another file."""
    path.unlink()
    path.write_text(text)


def test_what_another_release_holds_is_told_by_line(host, files):
    by_hand(files / "app.py", "by hand\n")
    (files / "old.txt").unlink()
    assert told(host) == [
        "M app.py", "--- app.py", "+++ app.py", "@@ -1 +1 @@", "-by hand", "+one", "D old.txt",
    ]  # fmt: skip


def test_what_no_release_holds_any_more_says_so(host, files):
    by_hand(files / "new.txt", "by hand\n")
    assert told(host) == ["M new.txt", GONE]


def test_of_what_was_never_of_the_release_nothing_but_its_name_is_told(host, files):
    (files / "stray.txt").write_text("canary\n")
    assert told(host) == ["A stray.txt"]


def test_where_nothing_differs_nothing_is_told(host, files):
    assert told(host) == []
