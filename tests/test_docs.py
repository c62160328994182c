"""What the documents say is so: commands, flags, links, code, JSON, exit codes, phases."""

from __future__ import annotations

import ast
import importlib
import json
import re
import shlex
import sys

import pytest

from deploytasks import Inventory, Plan, Step, errors
from deploytasks.agent.engine.events import Outcome
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.phase import Phase
from deploytasks.agent.engine.resource import Change
from deploytasks.delivery.shipping import shipped_modules
from deploytasks.fleet.results import GRAVEST_FIRST
from deploytasks.planning.role import checked_vars
from deploytasks.planning.standard import standard_roles
from deploytasks.report import HostRecap, Recap
from deploytasks.tasks import ns
from tests.markdown import DOCUMENTS, REPOSITORY, block, blocks
from tests.roles.rendered import CASES, plan_with

LINK = re.compile(r"\]\(([^)#]+)[^)]*\)")
COMMAND = re.compile(
    r"(?:^|[`$ ])(?:inv|python -m deploytasks) ([a-z.]+)((?: --[a-z-]+(?: (?:'[^']*'|[^-\s`']+))?)*)",
    re.MULTILINE,
)
MAKE = re.compile(r"(?:^|`)make ([a-z]+)", re.MULTILINE)
STEP = re.compile(r"^\S+  (?:changed|failed|undone) +(\S+: .*?)(?:  \(.*\))?$", re.MULTILINE)
CODES = {0, 1, 2, 3, 4, 5, 6, 8, 130, 143}

by_document = pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda path: str(path.relative_to(REPOSITORY))
)


def flags_of(task: str) -> set[str]:
    return {flag for argument in ns[task].get_arguments() for flag in argument.names}


@by_document
def test_links_lead_somewhere(document):
    targets = [link for link in LINK.findall(document.read_text()) if "://" not in link]
    assert [link for link in targets if not (document.parent / link).exists()] == []


@by_document
def test_commands_exist_with_their_flags(document):
    for task, flags in COMMAND.findall(document.read_text()):
        assert task in ns.task_names, task
        named = {word[2:].replace("-", "_") for word in shlex.split(flags) if word.startswith("--")}
        assert named <= {name.replace("-", "_") for name in flags_of(task)}, f"inv {task} {flags}"


@by_document
def test_make_knows_what_it_is_asked_to_make(document):
    targets = set(re.findall(r"^([a-z]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))
    assert set(MAKE.findall(document.read_text())) <= targets


@pytest.mark.parametrize("example", blocks("python"), ids=lambda example: example.name)
def test_python_is_python(example):
    ast.parse(example.text)


@pytest.mark.parametrize("example", blocks("ini"), ids=lambda example: example.name)
def test_variables_are_variables_of_the_roles(example, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(example.document.parent))
    (tmp_path / "inventory.ini").write_text(f"prod1\n{example.text}")
    inventory = Inventory.load(tmp_path / "inventory.ini")
    for host in inventory:
        app_name = host.variables.get("app_name", "hello")
        (named,) = inventory.with_extra_vars([f"app_name={app_name}"]).select(host.name)
        assert checked_vars(standard_roles(named), named)


def test_the_example_inventory_is_one():
    for host in Inventory.load(REPOSITORY / "inventory.example.ini"):
        assert checked_vars(standard_roles(host), host)


@pytest.mark.parametrize("capture", blocks("console"), ids=lambda capture: capture.name)
def test_captures_show_the_steps_that_there_are(capture):
    plans = [plan_with(variables) for variables in CASES.values()]
    steps = {f"{step.role}: {step.name}" for plan in plans for step in plan.steps}
    steps |= {f"{h.role}: {h.name}" for plan in plans for step in plan.steps for h in step.handlers}
    assert set(STEP.findall(capture.text)) <= steps


@pytest.mark.parametrize("example", blocks("json"), ids=lambda example: example.name)
def test_json_has_the_keys_that_are_written(example):
    document = json.loads(example.text)
    assert {"event", "time"} <= set(document)
    if document["event"] == "recap":
        recap = Recap("deploy", 0, 1.0, {"prod1": HostRecap(Outcome.OK)}).to_json()
        assert {*document} == {*recap, "time"}
        assert set(document["hosts"]["prod1"]) == set(recap["hosts"]["prod1"])
    else:
        assert document["host"] == "prod1"


@pytest.mark.parametrize("path", ["README.md", "docs/exit-codes-and-json.md"])
def test_the_exit_codes_are_all_there_and_no_others(path):
    text = (REPOSITORY / path).read_text()
    rows = re.findall(r"^\| ([\d, ]+) \|", text, re.MULTILINE)
    assert {int(code) for row in rows for code in row.split(",")} == CODES
    assert ", ".join(map(str, GRAVEST_FIRST)) in text


def test_every_error_has_one_of_the_exit_codes():
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.DeployError)
    ]
    assert {kind.exit_code for kind in kinds} < CODES


def test_the_phases_are_told_in_their_order():
    text = (REPOSITORY / "docs/how-it-works.md").read_text()
    assert re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE) == [phase.value for phase in Phase]


@pytest.fixture
def sysctl(tmp_path, monkeypatch):
    """The resource type of CONTRIBUTING.md, in a module of somebody's own."""
    (tmp_path / "kernel.py").write_text(block("kernel.py").text)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module("kernel").Sysctl
    del sys.modules["kernel"]


def test_the_resource_type_of_the_guide_converges_and_goes_back(sysctl, tmp_path):
    parameter = tmp_path / "proc/sys/vm/swappiness"
    parameter.parent.mkdir(parents=True)
    parameter.write_text("60")
    machine, wanted = Machine(root=str(tmp_path)), sysctl("vm.swappiness", "10")
    before = wanted.inspect(machine)
    wanted.apply(machine, Change(before, wanted.desired()))
    assert wanted.inspect(machine) == wanted.desired()
    wanted.apply(machine, Change(wanted.inspect(machine), before))
    assert parameter.read_text() == "60"


def test_the_resource_type_of_the_guide_takes_a_missing_parameter_for_absent(sysctl, tmp_path):
    assert sysctl("no.such", "1").inspect(Machine(root=str(tmp_path))) is None


def test_the_resource_type_of_the_guide_may_travel(sysctl):
    plan = Plan((Step("swap less", sysctl("vm.swappiness", "10")),))
    assert list(shipped_modules(plan)) == ["kernel"]
