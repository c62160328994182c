"""The rooms of the package and the arrows between them: who may import whom."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import deploytasks
from deploytasks.conversation.agent_archive import agent_archive

PACKAGE = Path(deploytasks.__file__).parent
LARGEST_AGENT = 100_000

LOWEST_FIRST = (
    {"agent"},
    {"errors", "spelling", "cache", "performer", "home"},
    {"env_file", "report", "resources", "source", "targets", "template"},
    {"local_image", "project"},
    {"inventory"},
    {"checkup", "contents", "results", "role", "transport"},
    {"conversation", "plan", "shipping", "standard", "wheelhouse"},
    {"payload", "roles"},
    {"fleet"},
    {"run"},
    {"cli"},
    {"tasks"},
    {"__init__"},
    {"__main__"},
)
"""Each room, a directory or a file, imports from rooms that stand before its own, and from itself."""

HOMES = {
    "cryptography": {"roles", "targets"},
    "docker": {"targets"},
    "fabric": {"transport"},
    "invoke": {"__main__", "cli", "tasks"},
    "jinja2": {"template"},
    "msgspec": {"role", "roles"},
    "paramiko": {"transport"},
    "pathspec": {"source"},
    "requests": {"targets"},
    "rich": {"report"},
    "tomli": {"inventory", "source"},
    "typing_extensions": {"fleet", "run"},
    "werkzeug": {"cli"},
    "yaml": {"inventory"},
}
"""The rooms that know of each other package; so one can be replaced without a walk through the house."""

FOR_ROLES = {
    "env_file",
    "errors",
    "home",
    "inventory",
    "local_image",
    "plan",
    "project",
    "resources",
    "role",
    "roles",
    "template",
}
"""What the shipped roles are made of; roles of users have the same."""


class Arrow(NamedTuple):
    """The file *source* of *room* imports *module*."""

    source: Path
    room: str
    module: str

    @property
    def top(self) -> str:
        return self.module.partition(".")[0]

    @property
    def target(self) -> str:
        """The room that a module of ours is in."""
        return self.module.split(".")[1] if "." in self.module else "__init__"

    def __str__(self) -> str:
        return f"{self.source.relative_to(PACKAGE)} imports {self.module}"


def arrows() -> list[Arrow]:
    files = sorted(path for path in PACKAGE.rglob("*.py") if "roles" not in path.relative_to(PACKAGE).parts)
    files += sorted((PACKAGE / "roles").rglob("*.py"))
    return [Arrow(path, room_of(path), module) for path in files for module in imported(path)]


def room_of(path: Path) -> str:
    first, *rest = path.relative_to(PACKAGE).parts
    return first if rest else path.stem


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}:{node.lineno}: imports say where from"
            yield from names_in(node)


def names_in(node: ast.ImportFrom) -> Iterator[str]:
    """``from deploytasks import roles`` speaks of a room, ``from deploytasks.agent import systemd`` of a module."""
    module = node.module or ""
    for alias in node.names:
        inner = PACKAGE.joinpath(*module.split(".")[1:], alias.name)
        is_module = module.startswith("deploytasks") and (inner.is_dir() or inner.with_suffix(".py").exists())
        yield f"{module}.{alias.name}" if is_module else module


ARROWS = arrows()
OURS = [arrow for arrow in ARROWS if arrow.top == "deploytasks"]
ROOMS = sorted({arrow.room for arrow in ARROWS} | {arrow.target for arrow in OURS})


def height(room: str) -> int:
    return next(number for number, rooms in enumerate(LOWEST_FIRST) if room in rooms)


def test_each_room_has_its_place():
    assert [room for room in ROOMS if not any(room in rooms for rooms in LOWEST_FIRST)] == []


def test_arrows_lead_downwards():
    upwards = [
        arrow for arrow in OURS if arrow.target != arrow.room and height(arrow.target) >= height(arrow.room)
    ]
    assert [str(arrow) for arrow in upwards] == []


def test_the_agent_is_made_of_the_standard_library():
    strange = [
        arrow
        for arrow in ARROWS
        if arrow.room == "agent"
        and arrow.top not in sys.stdlib_module_names
        and not arrow.module.startswith("deploytasks.agent")
    ]
    assert [str(arrow) for arrow in strange] == []


@pytest.mark.parametrize("package", HOMES)
def test_a_package_of_others_is_known_in_its_own_rooms_only(package):
    assert {arrow.room for arrow in ARROWS if arrow.top == package} <= HOMES[package]


def test_no_other_packages_are_imported():
    others = {arrow.top for arrow in ARROWS} - {"deploytasks", *sys.stdlib_module_names}
    assert others <= set(HOMES)


def test_reports_know_of_the_agent_only_what_it_says():
    known = {arrow.module for arrow in OURS if arrow.room == "report" and arrow.target == "agent"}
    assert known <= {"deploytasks.agent.conversation.events", "deploytasks.agent.conversation.mask"}


def test_roles_are_made_of_what_role_authors_have():
    strange = [arrow for arrow in OURS if arrow.room == "roles" and arrow.target not in {*FOR_ROLES, "agent"}]
    assert [str(arrow) for arrow in strange] == []


def test_importing_the_library_loads_no_network_and_no_command_line():
    argv = [sys.executable, "-c", "import sys, deploytasks, deploytasks.roles.app; print(*sys.modules)"]
    loaded = subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split()
    assert {"fabric", "paramiko", "invoke", "rich", "docker"} & set(loaded) == set()


def test_the_agent_is_small():
    assert len(agent_archive()) < LARGEST_AGENT
