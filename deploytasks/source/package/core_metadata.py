"""What is written of a package where it is installed: the core metadata, and its entry points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

METADATA, ENTRY_POINTS = "METADATA", "entry_points.txt"
COMMANDS = ("console_scripts", "gui_scripts")


def core_metadata(name: str, version: str, content: Mapping[str, Any]) -> dict[str, str]:
    """The files of a dist-info for what *content*, of a pyproject.toml, says.

    See the specifications of core metadata, version 2.1, and of entry points.
    """
    project, poetry = content.get("project", {}), content.get("tool", {}).get("poetry", {})
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {name}",
        f"Version: {version}",
        *_line("Summary", project.get("description") or poetry.get("description")),
        *_line("Requires-Python", project.get("requires-python")),
        *(f"Requires-Dist: {one}" for one in project.get("dependencies", ())),
    ]
    groups = [*_groups(project), *_groups_of_poetry(poetry)]
    points = "\n".join(_section(group, found) for group, found in groups)
    return {METADATA: "".join(f"{line}\n" for line in lines), **({ENTRY_POINTS: points} if points else {})}


def _line(name: str, said: object) -> list[str]:
    return [f"{name}: {' '.join(str(said).split())}"] if said else []


def _section(group: str, points: Mapping[str, str]) -> str:
    return "".join([f"[{group}]\n", *(f"{name} = {target}\n" for name, target in points.items())])


def _groups(project: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Commands have tables of their own (PEP 621)."""
    named = zip(("scripts", "gui-scripts"), COMMANDS, strict=True)
    yield from ((group, project[name]) for name, group in named if project.get(name))
    yield from project.get("entry-points", {}).items()


def _groups_of_poetry(poetry: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """A script of Poetry's that is a file is none that is imported."""
    scripts = {name: to for name, to in poetry.get("scripts", {}).items() if isinstance(to, str)}
    yield from [(COMMANDS[0], scripts)] if scripts else []
    yield from poetry.get("plugins", {}).items()
