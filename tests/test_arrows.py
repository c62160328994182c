"""The rooms of the package and the arrows between them: who may import whom."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from deploytasks.delivery.agent_archive import agent_archive
from tests.imports import PACKAGE, dotted, is_for_annotations, module_of

LARGEST_AGENT = 100_000

LOWEST_FIRST = (
    {"agent"},
    {"errors", "here", "spelling", "verbs"},
    {"report", "resources", "secrets", "source", "targets"},
    {"inventory"},
    {"planning", "transport"},
    {"delivery"},
    {"roles"},
    {"fleet", "testing"},
    {"cli"},
    {"tasks"},
    {"__init__"},
    {"__main__"},
)
"""Each room, a directory or a file, imports from rooms that stand before its own, and from itself."""

AGENT_LOWEST_FIRST = (
    {"errors", "frozen", "given", "regex", "renamed"},
    {"protocols"},
    {"moved"},
    {"disk"},
    {"engine"},
    {"machine", "resource"},
    {"conversation", "files"},
    {"accounts"},
    {"programs", "services"},
    {"databases", "fetched", "firewall", "host", "packages", "python", "ssh", "system", "text", "web"},
    {"docker"},
    {"release"},
    {"release.runtime"},
    {"release.session"},
    {"release.commands"},
    {"__main__"},
    {"boot", "by_hand"},
)
"""The same for the rooms of the agent, but for what is imported for annotations alone."""

SOURCE_LOWEST_FIRST = (
    {"git", "litter", "text_file", "toml_file"},
    {"ignore", "line_ends"},
    {"listing"},
    {"look"},
    {"differences", "twins"},
    {"tree"},
    {"code"},
    {"requirements"},
    {"processes"},
    {"app", "package", "python_wanted"},
    {"advice"},
)
"""The same for the rooms of what is read of a project."""

ASKING_SYSTEMD = {
    "commands/examine.py",
    *(
        f"runtime/{name}.py"
        for name in ("execution", "surroundings", "systemd_runtime", "vigil", "web_workers", "workers")
    ),
}
"""What of an app's life on a host knows systemd: its runtime, and who looks at the host before there is an app."""

HOMES = {
    "bcrypt": {"roles"},
    "cryptography": {"inventory", "roles", "targets"},
    "docker": {"targets"},
    "pytest": {"testing"},
    "dotenv": {"planning", "source"},
    "fabric": {"transport"},
    "filelock": {"here"},
    "gunicorn": {"roles"},
    "invoke": {"__main__", "cli", "here", "tasks"},
    "jinja2": {"inventory", "planning"},
    "msgspec": {"delivery", "planning", "roles", "source"},
    "packaging": {"source"},
    "paramiko": {"transport"},
    "pathspec": {"source"},
    "platformdirs": {"here"},
    "requests": {"targets"},
    "rich": {"report"},
    "tomli": {"inventory", "source"},
    "typing_extensions": {"agent", "fleet"},
    "werkzeug": {"cli"},
    "yaml": {"inventory", "source"},
}
"""The rooms that know of each other package; so one can be replaced without a walk through the house."""

FOR_ROLES = {"delivery", "errors", "here", "inventory", "planning", "resources", "roles"}
"""What the shipped roles are made of; roles of users have the same."""


class Arrow(NamedTuple):
    """The file *source* of *room* imports *module*, perhaps *for_annotations* alone."""

    source: Path
    room: str
    module: str
    for_annotations: bool

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
    return [Arrow(path, room_of(path), *found) for path in files for found in imported(path)]


def room_of(path: Path, house: Path = PACKAGE) -> str:
    first, *rest = path.relative_to(house).parts
    return first if rest else path.stem


def imported(path: Path) -> Iterator[tuple[str, bool]]:
    """Each module, and whether it stands under ``if TYPE_CHECKING``."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    apart = {id(inner) for node in ast.walk(tree) if is_for_annotations(node) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) in apart) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}:{node.lineno}: imports say where from"
            yield from ((name, id(node) in apart) for name in names_in(node))


def inner_room_of(module: str, floors: Sequence[set[str]]) -> str:
    """The innermost room of a room that has a place of its own, or the module at its root."""
    parts = module.split(".")[2:]
    rooms = [".".join(parts[:depth]) for depth in range(len(parts), 0, -1)]
    return next((room for room in rooms if any(room in floor for floor in floors)), ".".join(parts))


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


def height(room: str, floors: Sequence[set[str]] = LOWEST_FIRST) -> int:
    return next(number for number, rooms in enumerate(floors) if room in rooms)


def test_each_room_has_its_place():
    assert [room for room in ROOMS if not any(room in rooms for rooms in LOWEST_FIRST)] == []


def test_arrows_lead_downwards():
    upwards = [
        arrow for arrow in OURS if arrow.target != arrow.room and height(arrow.target) >= height(arrow.room)
    ]
    assert [str(arrow) for arrow in upwards] == []


@pytest.mark.parametrize(("room", "floors"), [("agent", AGENT_LOWEST_FIRST), ("source", SOURCE_LOWEST_FIRST)])
def test_arrows_inside_a_large_room_lead_downwards(room, floors):
    upwards = []
    for arrow in OURS:
        if (
            arrow.room == arrow.target == room
            and not arrow.for_annotations
            and arrow.source.parent.name != room
        ):
            own, target = (inner_room_of(name, floors) for name in (dotted(arrow.source), arrow.module))
            upwards += [arrow] if own != target and height(target, floors) >= height(own, floors) else []
    assert [str(arrow) for arrow in upwards] == []


def test_no_module_imports_itself_by_way_of_others():
    """Those inside functions and for annotations count, too."""
    below: dict[str, set[str]] = {}
    for arrow in OURS:
        below.setdefault(module_of(arrow.source), set()).add(arrow.module)
    while leaves := [name for name in below if not below[name] & below.keys()]:
        for name in leaves:
            del below[name]
    assert below == {}


def test_systemds_programs_are_named_in_the_room_of_services_alone():
    named = re.compile("systemctl|journalctl|systemd-run")
    sources = [path for path in (PACKAGE / "agent").rglob("*.py") if path.parent.name != "services"]
    assert [path.name for path in sources if named.search(path.read_text(encoding="utf-8"))] == []


def test_of_an_app_only_its_runtime_asks_systemd():
    asking = [arrow.source for arrow in OURS if arrow.module == "deploytasks.agent.services.systemd"]
    of_apps = {path.relative_to(PACKAGE / "agent/release") for path in asking if "release" in path.parts}
    assert {path.as_posix() for path in of_apps} == ASKING_SYSTEMD


def test_the_agent_is_made_of_the_standard_library():
    strange = [
        arrow
        for arrow in ARROWS
        if arrow.room == "agent"
        and not arrow.for_annotations
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
    names = ("conversation.mask", "conversation.visible", "engine.events", "frozen", "regex")
    assert known <= {f"deploytasks.agent.{name}" for name in names}


def test_roles_are_made_of_what_role_authors_have():
    strange = [arrow for arrow in OURS if arrow.room == "roles" and arrow.target not in {*FOR_ROLES, "agent"}]
    assert [str(arrow) for arrow in strange] == []


def test_importing_the_library_loads_no_network_and_no_command_line():
    argv = [sys.executable, "-c", "import sys, deploytasks, deploytasks.roles.app; print(*sys.modules)"]
    loaded = subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split()
    assert {"fabric", "paramiko", "invoke", "rich", "docker"} & set(loaded) == set()


def test_the_agent_is_small():
    assert len(agent_archive()) < LARGEST_AGENT
