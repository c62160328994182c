"""The agent runs as it is sent on every Python found here, isolated and without site-packages."""

from __future__ import annotations

import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest

from deploytasks import agent

packed = pytest.importorskip("deploytasks.delivery.agent_archive", reason="only a controller packs the agent")
PACKAGE = Path(agent.__file__).parent
DEPLOYS_TWICE = Path(__file__).with_name("deploys_twice.py")
IMPORTS = """
import importlib, sys
sys.path.insert(0, sys.argv[1])
for name in sys.argv[2:]:
    importlib.import_module(name)
"""

KEEP = """
import sys
sys.path.insert(0, sys.argv[1])
from deploytasks.agent.release.kept import compiled
with open(sys.argv[2], "wb") as file:
    file.write(compiled(sys.argv[1]))
"""


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "agent.zip"
    path.write_bytes(packed.agent_zip())
    return path


def run(python, *args):
    argv = [python, "-I", "-S", "-W", "error", *args]
    return subprocess.run(argv, capture_output=True, text=True, check=False)


def test_a_plan_converges(agent_python, archive, tmp_path):
    done = run(agent_python, DEPLOYS_TWICE, archive, tmp_path / "root")
    assert (done.stderr, done.stdout.splitlines()) == ("", ["changed 3", "ok 0"])


def test_what_is_kept_of_it_is_run_without_being_compiled_again(agent_python, archive, tmp_path):
    kept = tmp_path / "kept.zip"
    assert run(agent_python, "-c", KEEP, archive, kept).stderr == ""
    done = run(agent_python, DEPLOYS_TWICE, kept, tmp_path / "root")
    assert (done.stderr, done.stdout.splitlines()) == ("", ["changed 3", "ok 0"])
    assert {path.suffix for path in map(Path, ZipFile(kept).namelist())} == {".pyc"}


def test_every_module_can_be_imported(agent_python, archive):
    """Those on demand, too, as they would come with a plan."""
    with ZipFile(archive, "a") as whole:
        for path, source in on_demand():
            whole.writestr(path, source)
    names = [name for name in map(module_name, sorted(PACKAGE.rglob("*.py"))) if not name.endswith(".boot")]
    assert run(agent_python, "-c", IMPORTS, archive, *names).stderr == ""


def on_demand():
    for source in sorted(PACKAGE.rglob("*.py")):
        name = module_name(source)
        if packed.is_on_demand(name):
            text = packed.wordless.without_words(source.read_text())
            yield source.relative_to(PACKAGE.parent.parent).as_posix(), text


def module_name(source):
    parts = source.relative_to(PACKAGE.parent.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")
