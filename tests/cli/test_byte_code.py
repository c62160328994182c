"""What a task imports is compiled once, and whoever wants no byte code gets none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import deploytasks.cli.inventory

INV = Path(sys.executable).with_name("inv")


@pytest.fixture
def desk(tmp_path) -> Path:
    (tmp_path / "tasks.py").write_text("from deploytasks.tasks import ns\n")
    (tmp_path / "inventory.ini").write_text("web1\n")
    return tmp_path


def compiled(desk: Path, **environment: str) -> set[Path]:
    """The modules of which ``inv hosts`` leaves byte code behind, in a cache that is empty before."""
    cache = desk / "cache"
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment = {**kept, **environment, "PYTHONPYCACHEPREFIX": str(cache)}
    subprocess.run([INV, "hosts"], cwd=desk, env=environment, check=True, capture_output=True)
    places = [Path("/", path.relative_to(cache)) for path in cache.rglob("*.pyc")]
    return {place.with_name(place.name.split(".")[0] + ".py") for place in places}


def test_our_modules_are_compiled_once(desk):
    assert Path(deploytasks.cli.inventory.__file__) in compiled(desk)


def test_nothing_is_kept_of_what_lies_beside_the_tasks(desk):
    assert [place for place in compiled(desk) if place.parent == desk] == []


def test_who_wants_no_byte_code_gets_none(desk):
    assert compiled(desk, PYTHONDONTWRITEBYTECODE="1") == set()
