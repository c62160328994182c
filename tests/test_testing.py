"""What users test their roles and types with: the example of docs/testing.md is run as it stands there."""

from __future__ import annotations

import getpass
import grp
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from deploytasks import Step, plan_for
from deploytasks.fleet.asking import NoVars
from deploytasks.resources import File, Package
from deploytasks.testing import Scratch, host_with
from tests.markdown import blocks

EXAMPLE = [one for one in blocks("python") if one.document.name == "testing.md" and one.file]


def test_the_example_passes(tmp_path):
    assert [one.file for one in EXAMPLE] == ["greeting.py", "flag.py", "test_greeting.py"]
    for one in EXAMPLE:
        (tmp_path / one.file).write_text(one.text)
    argv = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-c",
        "/dev/null",
        "--rootdir",
        ".",
    ]
    done = subprocess.run(
        [*argv, "test_greeting.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "3 passed" in done.stdout, done.stdout + done.stderr


def test_nothing_of_a_test_reaches_this_machine(tmp_path):
    done = Scratch(tmp_path).apply([Step("install it", Package("no-such-package-anywhere"))])
    assert done.outcome == "failed"
    assert "127" in done.error


def test_a_program_that_is_not_here_is_told(tmp_path):
    with pytest.raises(ValueError, match="^no program here is called no-such-program$"):
        Scratch(tmp_path, ["no-such-program"])


def test_what_is_sealed_arrives(tmp_path):
    scratch = Scratch(tmp_path)
    owner, group = getpass.getuser(), grp.getgrgid(os.getegid()).gr_name
    step = Step("write it", File("/etc/key", "s3cret", owner=owner, group=group), sensitive=True)
    role = SimpleNamespace(__name__="keys", Vars=NoVars, steps=lambda _host, _v: [step])
    done = scratch.apply(plan_for(host_with(), [role]))
    assert scratch.path("/etc/key").read_text() == "s3cret"
    assert "s3cret" not in str(done)
