"""The variables of its environment without which an app does not start, as far as its text shows."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

from deploytasks.source.code.own_code import own_code
from deploytasks.source.code.path_text import text_of
from deploytasks.source.code.syntax import nodes_in

WITHOUT_DEFAULT = {"config", "env", "env.str", "env.bool", "env.int", "env.list", "env.url", "require_env"}
"""Functions of python-decouple, django-environ and environs, which fail where there is none."""
OF_EACH_HOST = {"HOME", "PATH", "USER", "PWD", "LANG", "TZ", "PORT", "HOSTNAME", "VIRTUAL_ENV", "PYTHONPATH"}
HOSTS = "ALLOWED_HOSTS"
"""Has a default in most settings, and never one that fits."""


def wanted_environment(root: Path, paths: Iterable[str]) -> dict[str, str]:
    """Their names, each with where the Python files among *paths* of the source at *root* ask for it."""
    found: dict[str, str] = {}
    for path in own_code(paths):
        for node in nodes_in(root / path):
            name = _wanted_by(node)
            if name and name.isupper() and name not in OF_EACH_HOST:
                found.setdefault(name, f"{path}:{getattr(node, 'lineno', 1)}")
    return found


def _wanted_by(node: ast.AST) -> str:
    match node:
        case ast.Subscript(value=ast.Attribute(attr="environ") | ast.Name(id="environ"), ctx=ast.Load()):
            return text_of(node.slice) or ""
        case ast.Call(args=[ast.Constant(value=str(name)), *rest], keywords=keywords):
            function = ast.unparse(node.func)
            has_default = rest or any(one.arg == "default" for one in keywords)
            is_read = function in WITHOUT_DEFAULT or function.endswith(("getenv", "environ.get"))
            is_wanted = function in WITHOUT_DEFAULT and not has_default
            return name if is_wanted or (is_read and name.endswith(HOSTS)) else ""
    return ""
