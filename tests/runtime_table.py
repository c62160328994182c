"""What each runtime does, in its own docstrings: ``python -m tests.runtime_table`` writes docs/runtimes.md."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from deploytasks.agent.engine.units import Units
from deploytasks.agent.release.runtime.runtime import Runtime
from deploytasks.agent.release.runtime.surroundings import InContainers, OnHost, Surroundings
from deploytasks.agent.release.runtime.systemd_runtime import SystemdRuntime
from deploytasks.roles import compose, docker, supervisor, systemd
from tests.agent.memory_runtime import MemoryRuntime
from tests.catalogue import ROOT, link

PAGE = ROOT / "docs/runtimes.md"
CONTRACT = ROOT / "tests/agent/test_runtime_contract.py"
HEAD = """\
# What each runtime does

A runtime has two halves. Its role plans the files and steps that make an instance. On the host, steps and commands ask
a [`Runtime`](../deploytasks/agent/release/runtime/runtime.py), whatever it is that runs the processes. Those of all our
roles stand on systemd, and a small part says what a container makes different. The fifth one is in memory: the commands
are tried with it, too. Each cell is what the code says of itself, or why nothing does it.
"""
ROLES: dict[str, ModuleType] = {
    "systemd": systemd,
    "supervisor": supervisor,
    "docker": docker,
    "compose": compose,
}
AROUND: dict[str, type[Surroundings]] = {
    "systemd": OnHost,
    "supervisor": OnHost,
    "docker": InContainers,
    "compose": InContainers,
}
MEMORY = "memory"
NAMES = (*ROLES, MEMORY)
SAME = "the same"
NO_ROLE = "— no role: a test puts its units there"
PLANNED = ("place", "define", "start", "confirm", "process_unit", "release_command")
ASKED = tuple({name: "" for shape in (Runtime, Units) for name in vars(shape) if name[0] != "_"})


def text() -> str:
    """The whole page."""
    return "\n".join(
        [
            HEAD,
            "## In a plan\n",
            *table("the role's function", {verb: f"`{verb}`" for verb in PLANNED}, planned),
            "\n## On the host\n",
            *table("verb", {verb: f"`{verb}`: {wanted(verb)}" for verb in ASKED}, asked),
            "\n## Tried alike with all five\n",
            *(f"- {link(name, CONTRACT)}" for name in contract()),
            "",
        ]
    )


def table(head: str, rows: Mapping[str, str], cell: Callable[[str, str], str]) -> Iterator[str]:
    """A row for each verb, called as *rows* has it; what is as in the column before reads so."""
    yield f"| {head} | {' | '.join(NAMES)} |"
    yield "|---" * (len(NAMES) + 1) + "|"
    for verb, called in rows.items():
        cells = [cell(name, verb) for name in NAMES]
        told = [each if each != before else SAME for before, each in zip(["", *cells], cells, strict=False)]
        yield f"| {called} | {' | '.join(told)} |"


def planned(name: str, verb: str) -> str:
    """What the function *verb* of the role *name* says of itself."""
    return first_line(getattr(ROLES[name], verb)) if name in ROLES else NO_ROLE


def asked(name: str, verb: str) -> str:
    """What the runtime called *name* says of how it does *verb*."""
    if name == MEMORY:
        return first_line(getattr(MemoryRuntime, verb))
    if verb == "scale" and not ROLES[name].passes_signals:
        return f"— {reason(ROLES[name], 'passes_signals')}"
    return first_line(getattr(AROUND[name], verb, None) or getattr(SystemdRuntime, verb))


def wanted(verb: str) -> str:
    """What is wanted of all."""
    shape = next(shape for shape in (Runtime, Units) if verb in vars(shape))
    return first_line(getattr(shape, verb))


def first_line(thing: Any) -> str:
    words = inspect.getdoc(thing) or ""
    return words.split("\n")[0].replace("``", "`")


def reason(module: ModuleType, name: str) -> str:
    """The text below the variable *name* of *module*, or of the one that *module* has it from."""
    body = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8")).body
    for assignment, words in zip(body, body[1:], strict=False):
        if isinstance(assignment, ast.Assign) and ast.unparse(assignment.targets[0]) == name:
            return str(ast.literal_eval(ast.unparse(words)))
    sources = [node.module for node in body if isinstance(node, ast.ImportFrom) and name in names_of(node)]
    return reason(ROLES[str(sources[0]).rpartition(".")[2]], name)


def names_of(node: ast.ImportFrom) -> list[str]:
    return [alias.name for alias in node.names]


def contract() -> Iterator[str]:
    """The names of the tests, as sentences."""
    for node in ast.parse(CONTRACT.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node.name.removeprefix("test_").replace("_", " ")


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
