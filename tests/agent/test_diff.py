"""A change as people read it."""

from __future__ import annotations

from deploytasks.agent.engine.diff import diff_of
from deploytasks.agent.engine.resource import Change

FILE = {"kind": "file", "mode": "0644", "content": "a\nb\n", "digest": "1"}


def test_contents_are_told_by_line_and_other_keys_by_value():
    change = Change(FILE, {**FILE, "mode": "0600", "content": "a\nc\n", "digest": "2"})
    assert diff_of(change).splitlines() == [
        "mode: 0644 → 0600", "--- before", "+++ after", "@@ -1,2 +1,2 @@", " a", "-b", "+c",
    ]  # fmt: skip


def test_what_is_new_or_goes_is_told_as_absent():
    assert diff_of(Change(None, {"group": "shop"})) == "group: absent → shop"
    assert diff_of(Change({"group": "shop"}, None)) == "group: shop → absent"


def test_a_secret_change_tells_names_only():
    told = diff_of(Change(FILE, {**FILE, "content": "hunter2", "mode": "0600"}), sensitive=True)
    assert told.splitlines() == ["mode: changed (secret)", "content: changed (secret)"]


def test_a_long_value_is_cut():
    told = diff_of(Change({"answer": "x" * 500}, {"answer": "ok"}))
    assert len(told) < 150
    assert told.endswith("… → ok")


def test_of_several_things_each_is_a_line_with_its_path():
    directory = {"kind": "directory", "mode": "0750", "owner": "root", "group": "shop"}
    assert diff_of(Change({"/a": None, "/b": directory}, {"/a": directory, "/b": directory})) == (
        "/a: absent → directory 0750 root shop"
    )
    assert diff_of(Change({"/a": FILE}, None)) == "/a: file 0644 → absent"


def test_a_content_that_is_no_text_can_be_sent():
    told = diff_of(Change(FILE, {**FILE, "content": "\udcff"}))
    assert told.encode("utf-8").endswith(b"+?")


def test_of_a_long_list_every_item_that_goes_or_comes_is_told():
    old = ["/etc/systemd/system/shop-%02d.service" % number for number in range(20)]
    told = diff_of(Change({"files": old}, {"files": [old[3], "/etc/new"]}))
    assert told.splitlines() == ["files: - %s" % path for path in old if path != old[3]] + [
        "files: + /etc/new"
    ]
