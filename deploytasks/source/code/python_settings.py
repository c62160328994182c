"""A Python file of settings, such as gunicorn.conf.py, read as text: which names it sets, where, and to what."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from deploytasks.agent.frozen import frozen
from deploytasks.errors import SourceError
from deploytasks.source.code.syntax import literal_of, syntax_of
from deploytasks.source.text_file import bytes_in

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@frozen
class Assigned:
    """A name is set on *line* (from 1 on); *value* is None where it is computed, and *is_known* false."""

    line: int
    value: Any = None
    is_known: bool = False


def read_python_settings(path: Path) -> Mapping[str, Assigned]:
    """What *path* sets by name, the last time that it does; raises ``SourceError`` when it is no Python."""
    try:
        tree = syntax_of(bytes_in(path), str(path))
    except (OSError, SyntaxError, ValueError) as error:
        line = f":{error.lineno}" if isinstance(error, SyntaxError) else ""
        told = error.strerror if isinstance(error, OSError) else getattr(error, "msg", error)
        raise SourceError(f"{path}{line}: {told}") from error
    return dict(_assigned(tree.body))


def _assigned(body: list[ast.stmt], *, always: bool = True) -> Iterator[tuple[str, Assigned]]:
    """What is set on the way through *body*; what only may be set is not known."""
    for statement in body:
        match statement:
            case ast.Assign(targets=targets, value=value):
                names = [target.id for target in targets if isinstance(target, ast.Name)]
                yield from ((name, _value(statement, value, always=always)) for name in names)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, _value(statement, value, always=always)
            case ast.FunctionDef(name=name):
                yield name, Assigned(statement.lineno)
            case ast.If() | ast.For() | ast.While() | ast.With() | ast.Try():
                for _, inner in ast.iter_fields(statement):
                    if isinstance(inner, list):
                        yield from _assigned(
                            [one for one in inner if isinstance(one, ast.stmt)], always=False
                        )


def _value(statement: ast.stmt, value: ast.expr, *, always: bool) -> Assigned:
    try:
        return Assigned(statement.lineno, literal_of(value), is_known=always)
    except ValueError:
        return Assigned(statement.lineno)
