"""What a check tells of a release that is to come, against the one that serves."""

from __future__ import annotations

import hashlib

import pytest

from deploytasks.agent.engine.plan import Step
from deploytasks.agent.engine.resource import Change
from deploytasks.agent.files.file import File
from deploytasks.agent.files.manifest import FILE, Entry, Manifest
from deploytasks.agent.files.tree import Tree
from deploytasks.agent.release.comparison import WithServing
from deploytasks.agent.release.layout import App
from deploytasks.agent.services.unit import Unit

APP = App("shop", "/srv/shop", "shop")
OLD, NEW = "20261120T101500Z-1111111", "20261121T101500Z-3f9c2d1"
SERVING = APP.release(OLD)


@pytest.fixture
def lay_out(host):
    """The files of the release that serves lie on the host; those that are to come were shown."""
    machine = host.machine
    manifest = listed(host, machine, {"app.py": b"one\n", "old.txt": b"old\n"})
    host.write(SERVING.manifest, manifest.encode().decode())
    return machine


def listed(host, machine, files):
    entries = []
    for name, content in files.items():
        machine.blobs.remember(content)
        host.write("%s/%s" % (SERVING.code, name), content.decode())
        entries.append(Entry(FILE, hashlib.sha256(content).hexdigest(), name.encode()))
    return Manifest.of(entries)


def coming(machine, files):
    entries = [
        Entry(FILE, hashlib.sha256(content).hexdigest(), name.encode()) for name, content in files.items()
    ]
    manifest = Manifest.of(entries)
    for content in (*files.values(), manifest.encode()):
        machine.blobs.remember(content)
    return Tree(SERVING.code, SERVING.manifest, manifest.digest)


def told(machine, resource, change=None, *, diff=False):
    comparison = WithServing(machine, SERVING, NEW, diff)
    explained = comparison.explained(Step("do it", resource), resource, change or Change({}, {}))
    return None if explained is None else explained.splitlines()


def test_files_are_told_by_name_and_with_diff_by_line_new_ones_as_well(lay_out):
    tree = coming(lay_out, {"app.py": b"two\n", "new.txt": b"fresh\nlines\n"})
    assert told(lay_out, tree) == ["M app.py", "A new.txt", "D old.txt"]
    lines = told(lay_out, tree, diff=True)
    assert [line for line in lines if line[:1] in "MAD"] == ["M app.py", "A new.txt", "D old.txt"]
    assert {"-one", "+two", "+fresh", "+lines"} <= set(lines)
    assert "-old" not in lines


@pytest.mark.parametrize(
    ("resource", "line"),
    [
        (Unit("shop.worker@.service", "[Service]\n"), "A /etc/systemd/system/shop.worker@.service"),
        (File("/etc/nginx/sites-available/shop", "server {}\n"), "A /etc/nginx/sites-available/shop"),
    ],
)
def test_what_comes_whole_is_a_line_and_its_text_is_for_diff(machine, resource, line):
    comes = Change(None, resource.desired())
    assert told(machine, resource, comes) == [line]
    assert told(machine, resource, comes, diff=True) is None


def test_what_goes_whole_is_a_line_and_what_changes_speaks_for_itself(machine):
    unit = Unit("shop.worker@.service", "[Service]\n")
    assert told(machine, unit, Change(unit.desired(), None)) == ["D /etc/systemd/system/shop.worker@.service"]
    assert told(machine, unit, Change({**unit.desired(), "content": ""}, unit.desired())) is None
