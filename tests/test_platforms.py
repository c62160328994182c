"""The controller runs on macOS and Windows, as far as its code shows; ``make lint`` has mypy look at it as there."""

from __future__ import annotations

import ast
import re

import pytest

from tests.imports import PACKAGE
from tests.platforms import modules, on_the_controller

MODULES = modules()
CONTROLLER = sorted(on_the_controller(MODULES))
HOSTS_ALONE = {"fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty"}
"""Modules that Windows lacks."""
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


def test_what_only_hosts_have_is_imported_where_it_acts():
    imported = {
        name: [word for node in tree_of(name).body for word in words_of(node) if word in HOSTS_ALONE]
        for name in CONTROLLER
    }
    assert {name: words for name, words in imported.items() if words} == {}


def test_systems_are_told_apart_in_one_room():
    """Elsewhere the libraries do, or a look at what is there."""
    apart = re.compile(r"sys\.platform|os\.name\b|platform\.system\(|# type: ignore")
    told = [
        name
        for name in CONTROLLER
        if HOMES not in MODULES[name].parents and apart.search(MODULES[name].read_text(encoding="utf-8"))
    ]
    assert told == []


def tree_of(name: str) -> ast.Module:
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


def words_of(node: ast.AST) -> list[str]:
    """The modules that *node*, a statement at the top, imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []
