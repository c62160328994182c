"""The agent runs on every Python from 3.8 on, isolated and without site-packages."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

from deploytasks import agent

FLOOR = (3, 8)
SOURCES = sorted(Path(agent.__file__).parent.rglob("*.py"))
DEPLOYS_TWICE = Path(__file__).with_name("deploys_twice.py")


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_the_source_is_python_3_8(source):
    ast.parse(source.read_text(encoding="utf-8"), feature_version=FLOOR)


@pytest.fixture
def archive(tmp_path):
    payload = pytest.importorskip("deploytasks.payload", reason="only the controller packs the agent")
    path = tmp_path / "agent.zip"
    path.write_bytes(payload.agent_archive())
    return path


def test_a_plan_converges_on_this_python(agent_python, archive, tmp_path):
    argv = [agent_python, "-I", "-S", "-W", "error", DEPLOYS_TWICE, archive, tmp_path / "root"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["changed 3", "ok 0"]


def test_every_module_can_be_imported_on_this_python(agent_python, archive):
    names = [module_name(source) for source in SOURCES if source.name != "boot.py"]
    script = "import sys, importlib; sys.path.insert(0, sys.argv[1])\nfor name in sys.argv[2:]: importlib.import_module(name)"
    argv = [agent_python, "-I", "-S", "-W", "error", "-c", script, archive, *names]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.stderr == ""


def module_name(source):
    parts = source.relative_to(Path(agent.__file__).parent).with_suffix("").parts
    return ".".join(["deploytasks", "agent", *(part for part in parts if part != "__init__")])
