"""Types of ours and Ansible's modules, from the same start: the same end, changed at first and ok then.

All cases are one role and one playbook, each for a target of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import types
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deploytasks import Inventory, apply
from deploytasks.agent.engine.events import Event, Outcome, StepDone
from deploytasks.agent.frozen import frozen
from deploytasks.planning.plan import Step
from deploytasks.report import QuietReporter
from deploytasks.targets import Target, up
from tests.types.case import PLACE
from tests.types.every import CASES

pytestmark = pytest.mark.skipif("TYPES" not in os.environ, reason="make test-types asks Ansible")
ANSIBLE = Path(__file__).parents[2] / ".venv/ansible/bin/ansible-playbook"
BETWEEN = "--- the next one ---"
ROUNDS = ("first", "second")
SETTINGS = {
    "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
    "ANSIBLE_PIPELINING": "1",
    "ANSIBLE_NOCOLOR": "1",
    "ANSIBLE_HOST_KEY_CHECKING": "1",
    "ANSIBLE_PYTHON_INTERPRETER": "/usr/bin/python3",
}


@dataclass(frozen=True)
class Ends:
    """By the title of a case: what each round told (``changed``, ``ok`` or ``failed``), and what was there then."""

    told: list[dict[str, str]]
    answers: dict[str, str]

    def of(self, title: str) -> tuple[list[str], str]:
        return [round_.get(title, "nothing") for round_ in self.told], self.answers[title]


@frozen
class Vars:
    """None."""


class Telling(QuietReporter):
    """Keeps how each step ended."""

    def __init__(self) -> None:
        self.told: dict[str, str] = {}

    def event(self, host: str, event: Event) -> None:
        del host
        if isinstance(event, StepDone):
            self.told[event.step] = "failed" if event.outcome is Outcome.FAILED else event.outcome.value


def started(state: Path, name: str) -> Target:
    """A target on which every case is at its start."""
    target = up(name, "debian12", state=state)
    befores = "".join(f"{case.before}\n" for case in CASES.values())
    target.run(["sh", "-ec", f"mkdir -p {PLACE}; umask 022\n{befores}"])
    return target


def answers(target: Target) -> dict[str, str]:
    asked = "\n".join(f"{{ {case.question}\n}} 2>&1; echo '{BETWEEN}'" for case in CASES.values())
    said = target.run(["sh", "-c", asked], check=False).stdout.split(f"{BETWEEN}\n")
    return dict(zip(CASES, said, strict=False))


@pytest.fixture(scope="module")
def ours(target_state, tmp_path_factory) -> Ends:
    target = started(target_state, "types-ours")
    inventory = tmp_path_factory.mktemp("ours") / "inventory.ini"
    inventory.write_text(f"{target.entry}\n")
    hosts = Inventory.load(inventory).hosts
    role: Any = types.ModuleType("tried")
    role.Vars = Vars
    chosen = [case for case in CASES.values() if not case.differs]
    role.steps = lambda host, v: iter([Step(case.title, case.ours) for case in chosen])
    told = []
    for _ in ROUNDS:
        reporter = Telling()
        apply(hosts, [role], reporter=reporter).raise_for_failures()
        told.append(reporter.told)
    return Ends(told, answers(target))


@pytest.fixture(scope="module")
def theirs(target_state, tmp_path_factory) -> Ends:
    target = started(target_state, "types-theirs")
    directory = tmp_path_factory.mktemp("theirs")
    (directory / "inventory.ini").write_text(f"{target.entry} ansible_become=true\n")
    tasks = [
        {"name": case.title, case.module: case.args, "ignore_errors": True}
        for case in CASES.values()
        if not case.differs
    ]
    (directory / "play.yml").write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": tasks}]))
    return Ends([played(directory) for _ in ROUNDS], answers(target))


def played(directory: Path) -> dict[str, str]:
    argv = [str(ANSIBLE), "-i", "inventory.ini", "play.yml"]
    environment = {**os.environ, **SETTINGS}
    done = subprocess.run(argv, cwd=directory, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("{"), done.stdout + done.stderr
    (play,) = json.loads(done.stdout)["plays"]
    return {each["task"]["name"]: word_for(*each["hosts"].values()) for each in play["tasks"]}


def word_for(result: dict[str, Any]) -> str:
    if result.get("failed"):
        return f"failed: {result.get('msg')}"
    return "changed" if result["changed"] else "ok"


@pytest.mark.parametrize("title", [title for title, case in CASES.items() if not case.differs])
def test_both_come_to_the_same_end(title, ours, theirs):
    told, answer = ours.of(title)
    assert (told, answer) == theirs.of(title)
    assert told[1] == "ok"
