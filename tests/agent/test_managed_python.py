"""Pythons are brought by uv, each into a directory of its version, and go when no environment is made of them."""

from __future__ import annotations

import json

import pytest

from deploytasks.agent.engine.resource import Change
from deploytasks.agent.errors import StepError
from deploytasks.agent.python.hold import remove_unless_held
from deploytasks.agent.python.interpreter import find_interpreter
from deploytasks.agent.python.managed_python import ManagedPython
from deploytasks.agent.release.retention import Retention
from deploytasks.agent.release.unused_pythons import unused_pythons

PYTHON = ManagedPython("3.13", "/usr/bin/uv")
PLACE = "/opt/deploytasks/pythons/3.13"


def bring(host, python=PYTHON):
    machine = host.machine
    python.apply(machine, Change(None, python.desired()))
    machine.holds.clear()


def app_with(host, name, python):
    """An app with an environment that is made of *python*."""
    owner = {"format": 1, "app": name, "root": "/srv/" + name, "user": name, "project": "", "adopted": []}
    host.write("/var/lib/deploytasks/%s/owner.json" % name, json.dumps(owner))
    home = host.path(python)
    host.write("/srv/%s/venvs/0123456789abcdef/pyvenv.cfg" % name, "home = %s\nversion = 3\n" % home)


def test_the_program_is_at_a_path_of_its_version_and_an_environment_gets_its_patch_level(host):
    assert PYTHON.inspect(host.machine) is None
    bring(host)
    assert PYTHON.path == PLACE + "/bin/python3.13"
    assert PYTHON.inspect(host.machine) == {"version": "3.13"}
    found = find_interpreter(host.machine, PYTHON.path)
    assert found == str(host.path(PLACE + "/cpython-3.13.9-linux-x86_64-gnu/bin/python3.13"))
    assert not host.path(PLACE + "/.lock").exists()


@pytest.mark.parametrize(
    ("mirror", "name"),
    [
        ("https://ann:secret@mirror.example/pythons", "UV_PYTHON_INSTALL_MIRROR"),
        ("https://ann:secret@mirror.example/list.json", "UV_PYTHON_DOWNLOADS_JSON_URL"),
    ],
)
def test_a_mirror_or_a_list_of_downloads_is_asked_and_is_in_no_argument(host, mirror, name):
    bring(host, ManagedPython("3.13", "/usr/bin/uv", mirror))
    assert host.path(PLACE + "/environment").read_text().splitlines() == ["%s=%s" % (name, mirror)]
    assert not any("secret" in call for call in host.calls)


def test_one_that_cannot_be_brought_leaves_nothing_and_says_what_uv_said(host):
    with pytest.raises(StepError, match=r"uv could not bring Python 3\.99; .*uv_python_mirror") as caught:
        bring(host, ManagedPython("3.99", "/usr/bin/uv"))
    assert "No download found for request: 3.99" in caught.value.output
    assert not host.path("/opt/deploytasks/pythons/3.99").exists()


def test_one_is_unused_once_no_environment_of_any_app_is_made_of_it(host):
    assert unused_pythons(host.machine) == []
    bring(host)
    bring(host, ManagedPython("3.13.9", "/usr/bin/uv"))
    app_with(host, "shop", PLACE + "/cpython-3.13.9-linux-x86_64-gnu/bin")
    app_with(host, "blog", "/usr/bin")
    assert unused_pythons(host.machine) == [PLACE + ".9"]
    assert unused_pythons(host.machine, ["/srv/shop/venvs/0123456789abcdef"]) == [PLACE, PLACE + ".9"]


def test_pruning_takes_an_unused_one_along(host):
    bring(host)
    bring(host, ManagedPython("3.13.9", "/usr/bin/uv"))
    app_with(host, "blog", PLACE + "/cpython-3.13.9-linux-x86_64-gnu/bin")
    kept = Retention("shop", "/srv/shop", "shop", "20261121T101500Z-3f9c2d1")
    assert kept.inspect(host.machine) == {"surplus": [PLACE + ".9"]}
    kept.apply(host.machine, Change(None, kept.desired()))
    assert kept.inspect(host.machine) == kept.desired()
    assert [path.name for path in host.path("/opt/deploytasks/pythons").iterdir()] == ["3.13"]


def test_one_that_another_deploy_is_about_to_use_is_let_be(host):
    """Between the two steps of a deploy, bringing it and making an environment of it, another app may be pruned."""
    bring(host)
    deploying, pruning = host.machine, host.machine
    assert PYTHON.inspect(deploying) == PYTHON.desired()
    kept = Retention("blog", "/srv/blog", "blog", "20261121T101500Z-3f9c2d1")
    assert kept.inspect(pruning) == kept.desired()
    remove_unless_held(str(host.path(PLACE)))
    assert host.path(PYTHON.path).exists()
    deploying.holds.clear()
    kept.apply(pruning, Change(None, kept.desired()))
    assert not host.path(PYTHON.path).exists()


def test_one_is_held_from_the_moment_it_is_begun(host):
    deploying = host.machine
    PYTHON.apply(deploying, Change(None, PYTHON.desired()))
    assert unused_pythons(host.machine) == []
    assert deploying.holds
