"""What of the agent travels with the plans that need it: types of general use, which no deploy of an app has.

The archive of all else goes to every host. A module that stands here is imported by none of those in it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from deploytasks.delivery.wordless import without_words

AGENT = "deploytasks.agent."
PLACE = Path(__file__).parents[1] / "agent"
PLACES = (
    "accounts.sudoers",
    "fetched",
    "firewall.fail2ban_jail",
    "packages.apt_index",
    "packages.apt_repository",
    "packages.debconf",
    "packages.openpgp",
    "packages.pip",
    "packages.upgrade",
    "programs.script",
    "services.drop_in",
    "services.journald",
    "services.timer",
    "ssh",
    "system",
    "text",
)
"""Modules, and rooms as a whole."""


def is_on_demand(module: str) -> bool:
    """Whether *module*, by its dotted name, is none of the archive's."""
    return any(f"{module}.".startswith(f"{AGENT}{place}.") for place in PLACES)


def sources_on_demand(modules: Iterable[str]) -> dict[str, str]:
    """The sources of those of *modules* that the archive has not, and of what they import of that kind, that first."""
    found: dict[str, str] = {}
    for module in modules:
        if is_on_demand(module):
            found |= {**sources_on_demand(_imports(module)), module: _source(module)}
    return found


@cache
def _source(module: str) -> str:
    return without_words(_file(module).read_text(encoding="utf-8"))


@cache
def _imports(module: str) -> tuple[str, ...]:
    """The modules of ours that *module* imports; a room itself is empty."""
    tree = ast.parse(_file(module).read_text(encoding="utf-8"))
    return tuple(name for name in _names(tree) if is_on_demand(name) and _file(name).is_file())


def _names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))


def _file(module: str) -> Path:
    return PLACE.joinpath(*module.split(".")[2:]).with_suffix(".py")
