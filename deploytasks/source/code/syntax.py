"""Python as a tree: what is read of a project's modules, none of which is run here."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deploytasks.source.text_file import bytes_in


def syntax_of(text: bytes | str, name: str = "<source>") -> ast.Module:
    """The tree of *text*; raises ``SyntaxError`` or ``ValueError`` for what is no Python, or is nested too deeply.

    CPython's parser has a ``RecursionError`` or a ``MemoryError`` for the latter.
    """
    try:
        return ast.parse(text, name)
    except (RecursionError, MemoryError):
        raise SyntaxError("nested too deeply", (name, 1, 0, "")) from None


def nodes_in(path: Path) -> Iterator[ast.AST]:
    """Every part of the tree of the file *path*; nothing where that cannot be read, or is no Python."""
    try:
        tree = syntax_of(bytes_in(path), str(path))
    except (OSError, SyntaxError, ValueError):
        return iter(())
    return ast.walk(tree)


def literal_of(node: ast.expr) -> Any:
    """The value that is written there; raises ``ValueError`` for what has to be computed, or never can be."""
    try:
        return ast.literal_eval(node)
    except (TypeError, SyntaxError, MemoryError, RecursionError) as error:
        raise ValueError(str(error)) from None
