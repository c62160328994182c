"""Paths that the text of a module makes, such as ``os.path.join(basedir, "app.db")``."""

from __future__ import annotations

import ast
import posixpath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deploytasks.source.code.modules import Binding, Module, Modules

_DEPTH = 12


def text_of(node: Binding) -> str | None:
    """The text that *node* is; None for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def name_set_by(target: ast.expr) -> str:
    """The name that is set: a variable's, an attribute's, or that of a key."""
    match target:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
    return ""


def path_of(modules: Modules, module: Module, node: Binding, depth: int = _DEPTH) -> str:
    """The path that an expression makes, relative to the source; empty when it is not a plain one."""
    if not depth:
        return ""
    text = text_of(node)
    if text:
        return posixpath.normpath(text)
    if isinstance(node, ast.Name):
        return _of_name(modules, module, node.id, depth - 1)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return _joined(modules, module, [node.left, node.right], depth - 1)
    if isinstance(node, ast.Attribute) and node.attr == "parent":
        return _parent(path_of(modules, module, node.value, depth - 1))
    return _of_call(modules, module, node, depth - 1) if isinstance(node, ast.Call) else ""


def _of_name(modules: Modules, module: Module, name: str, depth: int) -> str:
    if name == "__file__":
        return module.path
    found = modules.lookup(modules.trace(f"{module.name}.{name}"))
    return path_of(modules, *found, depth) if found else ""


def _of_call(modules: Modules, module: Module, call: ast.Call, depth: int) -> str:
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if name in {"resolve", "absolute"} and isinstance(function, ast.Attribute):
        return path_of(modules, module, function.value, depth)
    if name in {"Path", "str", "abspath", "realpath", "fspath"} and call.args:
        return path_of(modules, module, call.args[0], depth)
    if name == "dirname" and call.args:
        return _parent(path_of(modules, module, call.args[0], depth))
    if name == "join":
        return _joined(modules, module, call.args, depth)
    if name == "joinpath" and isinstance(function, ast.Attribute):
        return _joined(modules, module, [function.value, *call.args], depth)
    return ""


def _joined(modules: Modules, module: Module, parts: list[ast.expr], depth: int) -> str:
    paths = [path_of(modules, module, part, depth) for part in parts]
    return posixpath.normpath(posixpath.join(*paths)) if paths and all(paths) else ""


def _parent(path: str) -> str:
    return posixpath.normpath(posixpath.join(path, "..")) if path else ""
