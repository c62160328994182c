"""What an author of roles writes amiss is told with its place, before any host is contacted."""

from __future__ import annotations

import importlib.util
import re

import pytest

from deploytasks import Inventory, plan_for
from deploytasks.errors import PlanError

ROLE = """\
from dataclasses import dataclass

from deploytasks import Handler, Step
from deploytasks.resources import Command, Directories, Directory, File, Package, Run, Service, WaitFor


@dataclass(frozen=True)
class Vars:
    packages: tuple[str, ...] = ()


def steps(host, v):
    yield Step("a good one", File("/etc/a", "a"))
    yield from more()


def more():
    {line}
"""
LINE = 18
AMISS = {
    "a number for a text": (
        'yield Step("x", File("/etc/x", 5))',
        'step "x": File: content=5: expected text, got a whole number',
    ),
    "a mode that is a number": (
        'yield Step("x", File("/etc/x", "x", mode=644))',
        'File: mode=644: expected text, got a whole number such as "0644"',
    ),
    "paths for directories": (
        'yield Step("x", Directories(("/srv/x",)))',
        "Directories: directories=('/srv/x',): expected a tuple of Directory",
    ),
    "one of several directories": (
        'yield Step("x", Directories((Directory("/srv/x"), Directory("y"))))',
        "Directory: path='y': expected one from / on",
    ),
    "a path that is not whole": (
        'yield Step("x", WaitFor(path="x"))',
        "WaitFor: path='x': expected one from / on",
    ),
    "no step": ('yield Package("nginx")', "Package(names="),
    "no resource": ('yield Step("x", "/etc/x")', "step \"x\": '/etc/x' is no resource"),
    "no handler": ('yield Step("x", File("/etc/x", "x"), notify=Run(("true",)))', "notify wants a Handler"),
    "a number in an argv": (
        'yield Step("x", Command(("sleep", 5), creates="/x"))',
        "Command: argv=('sleep', 5): expected text, got a whole number (at [1])",
    ),
    "an action with a number": (
        'yield Step("x", File("/etc/x", "x"), notify=Handler("h", Run((1,))))',
        "Run: argv=(1,): expected text, got a whole number",
    ),
    "a word too many": (
        'yield Step("x", File("/etc/x", "x", wrong=1))',
        "unexpected keyword argument 'wrong'",
    ),
    "a condition that is none": (
        'yield Step("x", File("/etc/x", "x"), when=lambda facts: True)',
        "expected True or False, such as host.facts.cpus > 1",
    ),
    "less than no retries": (
        'yield Step("x", File("/etc/x", "x"), retries=-1)',
        'step "x": retries=-1: expected a whole number from 0 on',
    ),
    "seconds in words": (
        'yield Step("x", File("/etc/x", "x"), timeout_s="1 min")',
        "timeout_s='1 min': expected a number of seconds from 0 on",
    ),
    "a failure let be without a reason": (
        'yield Step("x", File("/etc/x", "x"), ignore_failure=True)',
        "ignore_failure=True: say in words why the run may go on without it",
    ),
    "a resource where a step is to be": (
        'yield Step("x", File("/etc/x", "x"), only_if_changed=File("/etc/y", ""))',
        "expected a step or its name, or a tuple of them",
    ),
    "one tag": ('yield Step("x", File("/etc/x", "x"), tags="db")', "tags='db': expected a tuple of words"),
    "a contradiction": ('yield Step("x", Command(("true",)))', "a command wants unless= or creates="),
    "an error of its own": (
        'yield Step("x", File(host.nosuch, "x"))',
        "NameError: name 'host' is not defined",
    ),
}


@pytest.fixture
def in_module(tmp_path, monkeypatch):
    """What is told of a role whose module has that text."""
    monkeypatch.chdir(tmp_path)

    def told_of(text: str, **variables: object) -> str:
        (tmp_path / "greeting.py").write_text(text)
        lines = [f"{name}={value}" for name, value in variables.items()]
        (tmp_path / "inventory.ini").write_text("\n".join(["prod1", "[all:vars]", *lines, ""]))
        spec = importlib.util.spec_from_file_location("greeting", tmp_path / "greeting.py")
        role = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(role)
        (host,) = Inventory.load(tmp_path / "inventory.ini").hosts
        with pytest.raises(PlanError) as caught:
            plan_for(host, [role])
        return str(caught.value)

    return told_of


@pytest.fixture
def told(in_module):
    """What is told of a role with that line."""
    return lambda line, **variables: in_module(ROLE.replace("{line}", line), **variables)


@pytest.mark.parametrize("kind", AMISS)
def test_it_is_told_with_its_file_and_line(told, kind):
    line, complaint = AMISS[kind]
    message = told(line)
    assert message.startswith(f"greeting.py:{LINE}: prod1: role greeting: ")
    assert complaint in message


def test_a_thing_that_is_no_step_is_told_how_to_become_one(told):
    assert re.search(r'is no step; yield Step\("...", Package\(...\)\)$', told('yield Package("nginx")'))


WHOLE = ROLE.replace("{line}", 'yield Step("x", File("/etc/x", "x"))')
SHAPES = {
    "a Vars that is None": (
        "Vars = None\n\n\ndef steps(host, v):\n    yield\n",
        "greeting.py:1: role greeting: Vars is None, not a dataclass; write @dataclass(frozen=True) above class Vars",
    ),
    "a Vars that is no dataclass": (
        WHOLE.replace("@dataclass(frozen=True)\n", ""),
        "greeting.py:7: role greeting: Vars is <class 'greeting.Vars'>, not a dataclass",
    ),
    "no Vars": ("\n\ndef steps(host, v):\n    yield\n", "greeting.py:1: role greeting: it has no Vars"),
    "no steps": (
        WHOLE.partition("def steps")[0],
        "greeting.py:1: role greeting: it has no steps; write def steps(host, v): yield Step(",
    ),
    "steps that are a list": (
        WHOLE.partition("def steps")[0] + "steps = []\n",
        "greeting.py:12: role greeting: steps is [], not a function",
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_module_that_is_no_role_is_told_with_its_line_and_what_to_write(in_module, shape):
    text, complaint = SHAPES[shape]
    assert in_module(text).startswith(complaint)


def test_what_is_no_module_is_told(tmp_path):
    (tmp_path / "inventory.ini").write_text("prod1\n")
    (host,) = Inventory.load(tmp_path / "inventory.ini").hosts
    with pytest.raises(PlanError, match="^'metrics' is no role; give the module itself: import metrics"):
        plan_for(host, ["metrics"])
