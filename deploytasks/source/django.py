"""A Django project: its settings, and what they say of the app, read as text."""

from __future__ import annotations

import ast
import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deploytasks.source.modules import Binding, Module, Modules

_DEPTH = 12


@dataclass(frozen=True)
class DjangoProject:
    """The project whose ``manage.py`` names the module *settings*."""

    modules: Modules
    settings: str

    @property
    def package(self) -> str:
        return self.settings.partition(".")[0]

    def text(self, name: str, default: str = "") -> str:
        """A setting that is written as a string; *default* for any other."""
        found = self.modules.lookup(f"{self.settings}.{name}")
        text = _text(found[1]) if found else None
        return default if text is None else text

    def path(self, name: str) -> str:
        """A setting that is a path below the source, relative to it; empty for any other."""
        found = self.modules.lookup(f"{self.settings}.{name}")
        path = _path(self.modules, *found) if found else ""
        inside = path and not path.startswith(("/", "..")) and path != "."
        return path if inside else ""


def find_django(modules: Modules) -> DjangoProject | None:
    """The project that ``manage.py`` belongs to, or None."""
    try:
        tree = ast.parse((modules.root / "manage.py").read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "setdefault"
        ):
            match list(map(_text, node.args)):
                case ["DJANGO_SETTINGS_MODULE", str(settings)]:
                    return DjangoProject(modules, settings)
    return None


def _text(node: Binding) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _path(modules: Modules, module: Module, node: Binding, depth: int = _DEPTH) -> str:
    """The path that an expression makes, relative to the source; empty when it is not a plain one."""
    if not depth:
        return ""
    text = _text(node)
    if text:
        return posixpath.normpath(text)
    if isinstance(node, ast.Name):
        return _path_of_name(modules, module, node.id, depth - 1)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return _joined(modules, module, [node.left, node.right], depth - 1)
    if isinstance(node, ast.Attribute) and node.attr == "parent":
        return _parent(_path(modules, module, node.value, depth - 1))
    return _path_of_call(modules, module, node, depth - 1) if isinstance(node, ast.Call) else ""


def _path_of_name(modules: Modules, module: Module, name: str, depth: int) -> str:
    if name == "__file__":
        return module.path
    found = modules.lookup(modules.trace(f"{module.name}.{name}"))
    return _path(modules, *found, depth) if found else ""


def _path_of_call(modules: Modules, module: Module, call: ast.Call, depth: int) -> str:
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if name in {"resolve", "absolute"} and isinstance(function, ast.Attribute):
        return _path(modules, module, function.value, depth)
    if name in {"Path", "str", "abspath", "realpath", "fspath"} and call.args:
        return _path(modules, module, call.args[0], depth)
    if name == "dirname" and call.args:
        return _parent(_path(modules, module, call.args[0], depth))
    if name == "join":
        return _joined(modules, module, call.args, depth)
    if name == "joinpath" and isinstance(function, ast.Attribute):
        return _joined(modules, module, [function.value, *call.args], depth)
    return ""


def _joined(modules: Modules, module: Module, parts: list[ast.expr], depth: int) -> str:
    paths = [_path(modules, module, part, depth) for part in parts]
    return posixpath.normpath(posixpath.join(*paths)) if paths and all(paths) else ""


def _parent(path: str) -> str:
    return posixpath.normpath(posixpath.join(path, "..")) if path else ""
