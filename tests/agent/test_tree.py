"""A tree of files: what is linked, and what is copied."""

from __future__ import annotations

import os

from deploytasks.agent.disk.digest import digest_of
from deploytasks.agent.engine.engine import Engine
from deploytasks.agent.engine.events import Outcome
from deploytasks.agent.engine.journal import Journal
from deploytasks.agent.engine.plan import Plan, Step
from deploytasks.agent.engine.resource import Change
from deploytasks.agent.files.manifest import Entry, Manifest
from deploytasks.agent.files.tree import Tree
from deploytasks.agent.programs.command import Command

FILE, PROGRAM = "100644", "100755"
PAGE, RUN = b"a page", b"#!/bin/sh"


def lay_out(host, path, *entries):
    """A tree of *entries*, which are mode, content and name, whose contents have come with the plan."""
    listed = Manifest.of(Entry(mode, digest_of(content), name) for mode, content, name in entries)
    for _, content, _ in entries:
        if host.machine.blobs.find(digest_of(content)) is None:
            host.blob(content)
    tree = Tree(path, path + ".manifest", host.blob(listed.encode()))
    tree.apply(host.machine, Change(None, tree.desired()))
    assert not Change(tree.inspect(host.machine), tree.desired())
    return host.path(path)


def test_what_came_with_the_plan_is_not_copied(host):
    code = lay_out(host, "/srv/code", (FILE, PAGE, b"page"), (PROGRAM, RUN, b"bin/run"))
    for path, content in ((code / "page", PAGE), (code / "bin/run", RUN)):
        assert os.path.samefile(path, host.machine.blobs.find(digest_of(content)))
    host.machine.blobs.forget()
    assert (code / "page").read_bytes() == PAGE


def test_the_same_content_with_and_without_the_right_to_run_is_two_files(host):
    code = lay_out(host, "/srv/code", (FILE, RUN, b"a"), (PROGRAM, RUN, b"b"), (FILE, RUN, b"c"))
    modes = {path.name: path.stat().st_mode & 0o777 for path in code.iterdir()}
    assert modes == {"a": 0o644, "b": 0o755, "c": 0o644}
    assert os.path.samefile(code / "a", code / "c")


def test_a_second_tree_leaves_the_first_as_it_is(host):
    first = lay_out(host, "/srv/one", (FILE, RUN, b"run"))
    second = lay_out(host, "/srv/two", (PROGRAM, RUN, b"run"))
    assert [path.stat().st_mode & 0o777 for path in (first / "run", second / "run")] == [0o644, 0o755]


def test_what_was_made_of_a_file_beside_it_is_no_difference_and_anything_else_is(host):
    code = lay_out(host, "/srv/code", (FILE, PAGE, b"page"))
    listed = Manifest.of([Entry(FILE, digest_of(PAGE), b"page")])
    tree = Tree("/srv/code", "/srv/code.manifest", digest_of(listed.encode()), (".gz",))
    (code / "page.gz").write_bytes(b"smaller")
    assert not Change(tree.inspect(host.machine), tree.desired())
    (code / "other.gz").write_bytes(b"of no file")
    assert tree.inspect(host.machine)["manifest"] == "differs: other.gz"


def test_a_tree_that_was_put_right_stays_so_when_something_else_fails(host):
    code = lay_out(host, "/srv/code", (FILE, PAGE, b"page"))
    listed = Manifest.of([Entry(FILE, digest_of(PAGE), b"page")])
    tree = Tree("/srv/code", "/srv/code.manifest", digest_of(listed.encode()))
    (code / "page").unlink()
    (code / "page").write_text("by hand")
    steps = (
        Step("lay it out", tree, role="app"),
        Step("fail", Command(("false",), unless=("false",)), role="app"),
    )
    engine = Engine(host.machine, Journal(str(host.home / "journal")), lambda event: None)
    ended = engine.carry_out(Plan(steps))
    assert (ended.outcome, ended.put_back) == (Outcome.FAILED, True)
    assert (code / "page").read_bytes() == PAGE
