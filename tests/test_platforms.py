"""The controller runs on macOS and Windows, as far as its code shows; ``make lint`` has mypy look at it as there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.imports import PACKAGE
from tests.platforms import modules, on_the_controller
from tests.windows_names import LOOKED_AT, is_lacking, lacking

MODULES = modules()
CONTROLLER = sorted(on_the_controller(MODULES))
HOMES = PACKAGE / "here"
"""Where systems may be told apart."""


def test_the_controller_is_all_but_what_acts_on_hosts():
    acting = {
        "deploytasks.agent.disk.owners",
        "deploytasks.agent.engine.engine",
        "deploytasks.agent.release.lock",
        "deploytasks.agent.release.session",
        "deploytasks.roles.gunicorn.sending",
        "deploytasks.roles.mod_wsgi.instance",
        "deploytasks.roles.none.gatekeeper",
    }
    assert acting & set(CONTROLLER) == set()
    assert acting <= set(MODULES)


@pytest.mark.parametrize(
    "name",
    [
        "deploytasks.agent.files.file",
        "deploytasks.agent.release.facts",
        "deploytasks.roles.app.instance",
        "deploytasks.source.requirements.locks.uv_lock",
        "deploytasks.transport.terminal",
    ],
)
def test_what_both_sides_import_is_the_controllers_too(name):
    assert name in CONTROLLER


def test_nothing_is_named_that_windows_lacks():
    """As mypy finds it, within seconds; whatever acts on a host alone is imported where it acts."""
    named = {name: sorted(set(lacked_in(tree_of(name)))) for name in CONTROLLER if not is_home(name)}
    assert {name: words for name, words in named.items() if words} == {}


def test_systems_are_told_apart_in_one_room():
    """Elsewhere the libraries do, or a look at what is there."""
    apart = re.compile(r"sys\.platform|os\.name\b|platform\.system\(|# type: ignore")
    told = [
        name
        for name in CONTROLLER
        if not is_home(name) and apart.search(MODULES[name].read_text(encoding="utf-8"))
    ]
    assert told == []


def tree_of(name: str) -> ast.Module:
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


def is_home(name: str) -> bool:
    return HOMES in MODULES[name].parents


def lacked_in(tree: ast.Module) -> Iterator[str]:
    """What *tree* imports, or asks of a module by its name, and Windows has not."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (
                alias.name for alias in node.names if alias.name in LOOKED_AT and is_lacking(alias.name)
            )
        elif isinstance(node, ast.ImportFrom) and node.module in LOOKED_AT:
            gone = is_lacking(node.module)
            yield from (alias.name for alias in node.names if gone or alias.name in lacking(node.module))
        elif (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in LOOKED_AT
        ) and node.attr in lacking(node.value.id):
            yield f"{node.value.id}.{node.attr}"
