"""Python source without what is for people and type checkers, as it travels: half the size, and quicker to compile."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator

INDENTATION = 4
HAVE_DOCSTRINGS = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def without_words(source: str) -> str:
    """*source* without comments, docstrings, annotations of and in functions, and what is imported for these.

    Each level is indented by one blank. Every statement keeps its line, so tracebacks stay true.
    """
    return _drawn_in(_without_idle_imports(_without_texts(source)))


def _without_texts(source: str) -> str:
    lines = source.splitlines()
    for row, column in _comments(source):
        lines[row - 1] = lines[row - 1][:column]
    tree = ast.parse(source)
    for first, last, stand_in in _docstrings(tree):
        lines[first - 1 : last] = [stand_in] + [""] * (last - first)
    for row, begin, end in sorted(_annotations(tree, lines), reverse=True):
        text = lines[row - 1].encode()
        lines[row - 1] = (text[:begin] + text[end:]).decode()
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _without_idle_imports(source: str) -> str:
    """Nothing is imported for type checkers alone, and of ``typing`` no name that is not used."""
    lines, tree = source.splitlines(), ast.parse(source)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for statement in tree.body:
        if _is_for_type_checkers(statement):
            _replace(lines, statement, "")
        elif isinstance(statement, ast.ImportFrom) and statement.module == "typing":
            kept = [alias.name for alias in statement.names if alias.name in used - {"TYPE_CHECKING"}]
            _replace(lines, statement, f"from typing import {', '.join(kept)}" if kept else "")
    return "\n".join(lines) + "\n"


def _drawn_in(source: str) -> str:
    lines = source.splitlines()
    for row in {*range(len(lines))} - {*_inside_texts(ast.parse(source))}:
        text = lines[row].lstrip(" ")
        lines[row] = " " * ((len(lines[row]) - len(text)) // INDENTATION) + text
    return "\n".join(lines) + "\n"


def _inside_texts(tree: ast.AST) -> Iterator[int]:
    """The rows, from 0 on, that begin within a text, whose blanks are its own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr | ast.Constant):
            yield from range(node.lineno, node.end_lineno or node.lineno)


def _replace(lines: list[str], statement: ast.stmt, text: str) -> None:
    last = statement.end_lineno or statement.lineno
    lines[statement.lineno - 1 : last] = [text] + [""] * (last - statement.lineno)


def _is_for_type_checkers(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and ast.unparse(statement.test) == "TYPE_CHECKING"


def _comments(source: str) -> Iterator[tuple[int, int]]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start


def _annotations(tree: ast.AST, lines: list[str]) -> Iterator[tuple[int, int, int]]:
    """The line of each annotation that stands in one, with the bytes where it begins and ends; not those of fields."""
    fields = {id(field) for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for field in node.body}
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and node.annotation and node.lineno == node.annotation.end_lineno:
            yield node.lineno, node.col_offset + len(node.arg.encode()), node.annotation.end_col_offset or 0
        elif isinstance(node, ast.FunctionDef) and node.returns:
            row, end = node.returns.lineno, node.returns.end_col_offset or 0
            arrow = lines[row - 1].encode().rfind(b" ->", 0, node.returns.col_offset)
            if row == node.returns.end_lineno and arrow >= 0:
                yield row, arrow, end
        elif isinstance(node, ast.AnnAssign) and node.value and id(node) not in fields:
            yield from _annotation_of(node)


def _annotation_of(node: ast.AnnAssign) -> Iterator[tuple[int, int, int]]:
    if node.target.lineno == node.annotation.end_lineno:
        yield node.lineno, node.target.end_col_offset or 0, node.annotation.end_col_offset or 0


def _docstrings(tree: ast.AST) -> Iterator[tuple[int, int, str]]:
    """First line and last line of each text that stands as a statement, and what has to stand there where all are."""
    for node in ast.walk(tree):
        body = node.body if isinstance(node, HAVE_DOCSTRINGS) else []
        texts = [statement for statement in body if _is_text(statement)]
        for text in texts:
            is_needed = text is body[0] and len(texts) == len(body) and not isinstance(node, ast.Module)
            stand_in = " " * text.col_offset + '""' if is_needed else ""
            yield text.lineno, text.end_lineno or text.lineno, stand_in


def _is_text(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
