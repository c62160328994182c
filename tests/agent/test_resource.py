"""Changes between states, and things as JSON."""

from __future__ import annotations

import json

import pytest

from deploytasks.agent.resource import Change, describe, rebuild
from deploytasks.agent.resources.file import File
from deploytasks.agent.resources.reload import Reload


@pytest.mark.parametrize(
    ("before", "after", "keys"),
    [
        (None, None, ()),
        ({"a": 1}, {"a": 1}, ()),
        ({"a": 1, "b": 2}, {"a": 1}, ()),
        ({"a": 1}, {"a": 2}, ("a",)),
        ({}, {"a": None}, ("a",)),
        (None, {"a": 1, "b": 2}, ("a", "b")),
    ],
)
def test_a_change_is_what_the_wanted_state_names_and_the_present_one_lacks(before, after, keys):
    change = Change(before, after)
    assert (change.keys, bool(change)) == (keys, bool(keys))


def test_absence_and_an_empty_state_differ():
    assert Change(None, {}).creates
    assert Change({}, None).removes
    assert Change(None, {})
    assert Change({}, None)


def test_a_description_leaves_out_what_is_by_default():
    described = describe(File("/etc/x", "text", mode="0600"))
    assert described == {
        "type": "deploytasks.agent.resources.file:File",
        "args": {"path": "/etc/x", "content": "text", "mode": "0600"},
    }


def test_tuples_come_back_as_tuples():
    reload = Reload("nginx", check=("nginx", "-t"))
    assert rebuild(json.loads(json.dumps(describe(reload)))) == reload
