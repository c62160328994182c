"""A file that starts a server itself, as ``uvicorn.run("shop.web:app")`` does; read as text, never run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from deploytasks.source.code.path_text import text_of
from deploytasks.source.code.syntax import nodes_in

SERVERS = ("uvicorn", "hypercorn", "granian")


def served_in(path: Path) -> Iterator[tuple[str, bool]]:
    """Each app, ``MODULE:NAME``, that the file *path* gives to a server, and whether it is a factory."""
    for node in nodes_in(path):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=server), attr="run")) if server in SERVERS:
                app, factory = _argument(node, "app"), _argument(node, "factory")
                spec = text_of(app) if app else None
                if spec and ":" in spec:
                    yield spec, isinstance(factory, ast.Constant) and factory.value is True


def _argument(call: ast.Call, name: str) -> ast.expr | None:
    """The keyword *name* of *call*; the first argument is the app."""
    named = next((keyword.value for keyword in call.keywords if keyword.arg == name), None)
    return named or (call.args[0] if name == "app" and call.args else None)
