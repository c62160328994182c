"""Python as a tree: what is read of a project's modules, none of which is run here."""

from __future__ import annotations

import ast
from typing import Any


def syntax_of(text: bytes | str, name: str = "<source>") -> ast.Module:
    """The tree of *text*; raises ``SyntaxError`` or ``ValueError`` for what is no Python, or is nested too deeply.

    CPython's parser has a ``RecursionError`` or a ``MemoryError`` for the latter.
    """
    try:
        return ast.parse(text, name)
    except (RecursionError, MemoryError):
        raise SyntaxError("nested too deeply", (name, 1, 0, "")) from None


def literal_of(node: ast.expr) -> Any:
    """The value that is written there; raises ``ValueError`` for what has to be computed, or never can be."""
    try:
        return ast.literal_eval(node)
    except (TypeError, SyntaxError, MemoryError, RecursionError) as error:
        raise ValueError(str(error)) from None
