"""Python source without what is for people and type checkers, as it travels: half the size, and quicker to compile."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator

HAVE_DOCSTRINGS = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def without_words(source: str) -> str:
    """*source* without comments, docstrings, annotations, and imports for these.

    Annotations in classes stay, as dataclasses are made of them. Every other statement keeps its line, so tracebacks
    stay true.
    """
    lines = source.splitlines()
    for row, column in _comments(source):
        lines[row - 1] = lines[row - 1][:column]
    tree = ast.parse(source)
    for first, last, left in _docstrings(tree):
        lines[first - 1 : last] = [left] + [""] * (last - first)
    for row, begin, end in sorted(_annotations(tree, lines), reverse=True):
        text = lines[row - 1].encode()
        lines[row - 1] = (text[:begin] + text[end:]).decode()
    for first, last in _for_annotations(ast.parse("\n".join(lines))):
        lines[first - 1 : last] = [""] * (last - first + 1)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _comments(source: str) -> Iterator[tuple[int, int]]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start


def _annotations(tree: ast.AST, lines: list[str]) -> Iterator[tuple[int, int, int]]:
    """The line of each annotation that stands in one, with the bytes where it begins and ends."""
    of_classes = [field for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for field in node.body]
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and node.annotation and node.lineno == node.annotation.end_lineno:
            yield node.lineno, node.col_offset + len(node.arg.encode()), node.annotation.end_col_offset or 0
        elif isinstance(node, ast.FunctionDef) and node.returns:
            row, end = node.returns.lineno, node.returns.end_col_offset or 0
            arrow = lines[row - 1].encode().rfind(b" ->", 0, node.returns.col_offset)
            if row == node.returns.end_lineno and arrow >= 0:
                yield row, arrow, end
        elif isinstance(node, ast.AnnAssign) and node.value and node not in of_classes:
            row, end = node.target.end_lineno or 0, node.annotation.end_col_offset or 0
            if row == node.annotation.end_lineno:
                yield row, node.target.end_col_offset or 0, end


def _for_annotations(tree: ast.Module) -> Iterator[tuple[int, int]]:
    """First and last line of what is imported for type checkers alone, and from ``typing`` for nothing that is left."""
    checked = [
        node for node in tree.body if isinstance(node, ast.If) and _is_name(node.test, "TYPE_CHECKING")
    ]
    left = [node for statement in tree.body if statement not in checked for node in ast.walk(statement)]
    used = {node.id for node in left if isinstance(node, ast.Name)}
    typing = [node for node in left if isinstance(node, ast.ImportFrom) and node.module == "typing"]
    unused = [node for node in typing if used.isdisjoint(alias.name for alias in node.names)]
    for node in (*checked, *unused):
        yield node.lineno, node.end_lineno or node.lineno


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _docstrings(tree: ast.AST) -> Iterator[tuple[int, int, str]]:
    """First and last line of each text that stands as a statement, and what takes its place: a body is never empty."""
    for node in ast.walk(tree):
        body = getattr(node, "body", []) if isinstance(node, HAVE_DOCSTRINGS) else []
        for statement in filter(_is_text, body):
            left = "" if len(body) > 1 else " " * statement.col_offset + '""'
            yield statement.lineno, statement.end_lineno or statement.lineno, left


def _is_text(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
