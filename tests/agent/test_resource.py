"""Changes between states, and things as JSON."""

from __future__ import annotations

import importlib
import json
import pkgutil

import pytest

from deploytasks import agent
from deploytasks.agent.engine.resource import Action, Change, Resource, describe, rebuild
from deploytasks.agent.engine.types import MODULES, type_called
from deploytasks.agent.files.file import File
from deploytasks.agent.services.reload import Reload


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
        "type": "File",
        "args": {"path": "/etc/x", "content": "text", "mode": "0600"},
    }


def test_tuples_come_back_as_tuples():
    reload = Reload("nginx", check=("nginx", "-t"))
    assert rebuild(json.loads(json.dumps(describe(reload)))) == reload


def test_a_type_of_ours_is_called_by_its_name_wherever_its_module_lies_and_lay():
    file = File("/etc/x", "text")
    assert rebuild({"type": "File", "args": {"path": "/etc/x", "content": "text"}}) == file
    assert (
        rebuild(
            {"type": "deploytasks.agent.resources.file:File", "args": {"path": "/etc/x", "content": "text"}}
        )
        == file
    )


def test_every_type_of_ours_has_its_word():
    for module in pkgutil.walk_packages(agent.__path__, "deploytasks.agent."):
        if module.name not in {"deploytasks.agent.boot", "deploytasks.agent.__main__"}:
            importlib.import_module(module.name)
    ours = {kind.__name__: kind for base in (Resource, Action) for kind in kinds_of(base)}
    bases = {name for name, kind in ours.items() if kind.__subclasses__() and name not in MODULES}
    assert {name: type_called(name) for name in MODULES} == {
        name: kind for name, kind in ours.items() if name not in bases
    }
    assert bases <= {"EditedFile"}


def kinds_of(base):
    for kind in base.__subclasses__():
        if kind.__module__.startswith("deploytasks.agent."):
            yield kind
        yield from kinds_of(kind)
