"""The README's examples run, its table of tasks is the collection's, its printed output is what is printed."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploytasks import Inventory, plan_for
from deploytasks.cli.on_hosts import COMMON
from deploytasks.roles import app, gunicorn, nginx, ufw
from deploytasks.tasks import ns
from tests.markdown import REPOSITORY, block, blocks

README = REPOSITORY / "README.md"
PROGRAMS = Path(sys.executable).parent
ROW = re.compile(r"^\| `([a-z.]+)` \| ((?:`--[a-z-]+` ?)*)\|", re.MULTILINE)
PRINTED = [capture for capture in blocks("console") if "inventory.example.ini" in capture.text]
FILES = {
    "fabfile.py": "fabfile.py",
    "metrics.py": "metrics.py",
    "tasks.py": "tasks.py",
    "inventory.ini": "staging.ini",
}


@pytest.fixture
def project(tmp_path, monkeypatch) -> Iterator[Path]:
    """A directory with the README's files, and the example app."""
    for name, place in FILES.items():
        (tmp_path / place).write_text(block(name).text)
    for path in (REPOSITORY / "examples/hello").glob("*.*"):
        (tmp_path / path.name).write_text(path.read_text())
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in ("metrics", "fabfile"):
        sys.modules.pop(name, None)


def test_the_role_and_the_inventory_make_a_plan(project):
    metrics = importlib.import_module("metrics")
    web = Inventory.load("staging.ini")["web"]
    assert [host.name for host in web] == ["web1.example.org", "web2.example.org"]
    plan = plan_for(web.hosts[0], [app, gunicorn, nginx, ufw, metrics])
    own = [step.name for step in plan.steps if step.role == "metrics"]
    assert own == ["install the exporter", "say where it listens", "run the exporter"]


@pytest.mark.parametrize("program", ["fab", "inv --collection fabfile"])
def test_the_fabfile_has_its_task(project, program):
    name, *flags = program.split()
    listed = subprocess.run([PROGRAMS / name, *flags, "--list"], capture_output=True, text=True, check=True)
    assert re.search(
        r"^  deploy +Release the shop to the web hosts of an environment\.$", listed.stdout, re.MULTILINE
    )


def test_the_tasks_file_adds_its_role(project):
    wrong = [PROGRAMS / "inv", "deploy", "--inventory", "staging.ini", "--tags", "metric"]
    told = subprocess.run(wrong, capture_output=True, text=True, check=False)
    assert 'no role here is called metric; did you mean "metrics"?' in told.stderr


def test_the_fabfile_is_short():
    assert len([line for line in block("fabfile.py").text.splitlines() if line.strip()]) <= 15


def test_the_table_of_tasks_is_the_collection():
    told = {task: set(re.findall(r"--([a-z-]+)", flags)) for task, flags in ROW.findall(README.read_text())}
    assert set(told) == set(ns.task_names)
    for task, flags in told.items():
        known = {argument.names[0] for argument in ns[task].get_arguments()}
        assert flags == known - {name.replace("_", "-") for name in COMMON}, task


@pytest.mark.parametrize("capture", PRINTED, ids=lambda capture: capture.text.partition("\n")[0])
def test_what_is_shown_of_the_example_inventory_is_what_is_printed(capture):
    command, _, output = capture.text.partition("\n")
    argv = [PROGRAMS / "inv", *command.split()[2:]]
    run = subprocess.run(argv, capture_output=True, text=True, check=True, cwd=REPOSITORY)
    assert output == run.stdout


def test_init_writes_what_the_readme_says(tmp_path):
    for path in (REPOSITORY / "examples/hello").glob("*.*"):
        (tmp_path / path.name).write_text(path.read_text())
    argv = [sys.executable, "-m", "deploytasks", "init"]
    said = subprocess.run(argv, capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    assert said.splitlines()[:3] == ["wrote tasks.py", "wrote inventory.ini", "wrote .deployignore"]
    assert "from deploytasks.tasks import ns" in (tmp_path / "tasks.py").read_text()
    listed = subprocess.run(
        [PROGRAMS / "inv", "--list"], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert "rollback" in listed.stdout


@pytest.mark.parametrize("program", ["fab", "inv --collection fabfile"])
def test_a_mistake_in_the_fabfile_is_a_sentence_and_a_code(project, program):
    name, *flags = program.split()
    argv = [PROGRAMS / name, *flags, "deploy", "--env", "nosuch"]
    ended = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert ended.returncode == 5
    assert "nosuch.ini" in ended.stderr
    assert "Traceback" not in ended.stderr
