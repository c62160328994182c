"""Python source without the words that are for people, as it travels: half the size, and quicker to compile."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator

HAVE_DOCSTRINGS = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def without_words(source: str) -> str:
    """*source* without comments and docstrings; every statement keeps its line, so tracebacks stay true."""
    lines = source.splitlines()
    for row, column in _comments(source):
        lines[row - 1] = lines[row - 1][:column]
    for first, last, column in _docstrings(source):
        lines[first - 1 : last] = [" " * column + '""'] + [""] * (last - first)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _comments(source: str) -> Iterator[tuple[int, int]]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start


def _docstrings(source: str) -> Iterator[tuple[int, int, int]]:
    """First line, last line and indentation of each text that stands as a statement."""
    for node in ast.walk(ast.parse(source)):
        for statement in getattr(node, "body", ()) if isinstance(node, HAVE_DOCSTRINGS) else ():
            if _is_text(statement):
                yield statement.lineno, statement.end_lineno or statement.lineno, statement.col_offset


def _is_text(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
