"""Where an app writes beside its own code, as far as its text shows: it goes with the release, unless it is shared."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex
from deploytasks.source.code.modules import Modules
from deploytasks.source.code.own_code import own_code
from deploytasks.source.code.path_text import name_set_by, path_of, text_of
from deploytasks.source.code.syntax import nodes_in

if TYPE_CHECKING:
    from pathlib import Path

    from deploytasks.source.code.modules import Module

SQLITE = "sqlite:///"
INSTANCE = "instance/"
"""The directory that Flask keeps for files of an instance; Flask-SQLAlchemy puts relative databases there."""
HOLDS_UPLOADS = regex(r"UPLOADS?|\w*(UPLOAD|MEDIA)\w*?(DIR|FOLDER|PATH|ROOT|DEST)\w*", re.IGNORECASE)
OF_FILES = regex(r"\w*FileHandler")
ENVIRONMENT = ("getenv", "environ.get", "config", "env", "env.str", "env.path")
"""Functions that take the name of a variable and what is there without it."""


@frozen
class WrittenPlace:
    """The app writes at *path*, relative to the source, a directory with ``/`` at its end; *where* says so."""

    path: str
    where: str


def written_places(
    root: Path, paths: Iterable[str], installed: frozenset[str] = frozenset()
) -> tuple[WrittenPlace, ...]:
    """What the Python files among *paths* of the source at *root* write beside it; *installed* are its packages."""
    modules = Modules(root)
    found: dict[str, WrittenPlace] = {}
    for path in own_code(paths):
        module = modules.find(path.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
        for name, line in _in_file(modules, module, root / path, installed) if module else ():
            found.setdefault(name, WrittenPlace(name, f"{path}:{line}"))
    return tuple(place for place in found.values() if not _is_below_another(place.path, found))


def _is_below_another(path: str, others: Iterable[str]) -> bool:
    return any(path != other and path.startswith(other) for other in others if other.endswith("/"))


def _in_file(
    modules: Modules, module: Module, path: Path, installed: frozenset[str]
) -> Iterator[tuple[str, int]]:
    """Places with their lines."""
    nodes = [*nodes_in(path)]
    inner = {
        id(part)
        for node in nodes
        if isinstance(node, ast.BinOp | ast.JoinedStr)
        for part in ast.iter_child_nodes(node)
    }
    for node in nodes:
        if id(node) in inner and isinstance(node, ast.Constant):
            continue
        for place in _of_node(modules, module, node, installed):
            if _is_inside(place):
                yield place, getattr(node, "lineno", 1)


def _of_node(modules: Modules, module: Module, node: ast.AST, installed: frozenset[str]) -> Iterator[str]:
    match node:
        case ast.BinOp(left=ast.Constant(value=str(left)), op=ast.Add(), right=right) if left.startswith(
            SQLITE
        ):
            yield path_of(modules, module, right)
        case ast.JoinedStr(values=[ast.Constant(value=str(left)), ast.FormattedValue(value=value), *rest]):
            if left == SQLITE:
                yield path_of(modules, module, value) + "".join(text_of(part) or "" for part in rest)
        case ast.Constant(value=str(text)) if text.startswith(SQLITE):
            yield from _of_url(text.removeprefix(SQLITE), installed)
        case ast.Attribute(attr="instance_path") | ast.keyword(arg="instance_relative_config"):
            yield INSTANCE
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[first, *_]):
            if OF_FILES.fullmatch(name):
                yield _directory(posixpath.dirname(path_of(modules, module, first)))
        case (
            ast.Assign(targets=[target], value=ast.expr() as value)
            | ast.AnnAssign(target=target, value=ast.expr() as value)
        ) if HOLDS_UPLOADS.fullmatch(name_set_by(target)):
            yield _directory(path_of(modules, module, _by_default(value)))
        case ast.Dict(keys=keys, values=values):
            named = zip(keys, values, strict=True)
            files = (
                path_of(modules, module, _by_default(value))
                for key, value in named
                if key and text_of(key) == "NAME"
            )
            yield from (file for file in files if re.search(r"\.(sqlite3?|db)$", file))


def _by_default(value: ast.expr) -> ast.expr:
    """What *value* is where the environment says nothing: ``os.getenv("DB_NAME", BASE_DIR / "db")``."""
    match value:
        case ast.Call(args=[_, default]) if ast.unparse(value.func).endswith(ENVIRONMENT):
            return default
        case ast.Call(keywords=keywords):
            return next((keyword.value for keyword in keywords if keyword.arg == "default"), value)
        case ast.BoolOp(op=ast.Or(), values=[*_, last]):
            return last
    return value


def _of_url(path: str, installed: frozenset[str]) -> Iterator[str]:
    """The place of a database whose URL goes on with *path*."""
    if path and path != ":memory:":
        yield INSTANCE if "flask-sqlalchemy" in installed else path.partition("?")[0]


def _directory(path: str) -> str:
    return f"{path}/" if path and path != "." else ""


def _is_inside(place: str) -> bool:
    return bool(place) and not place.startswith(("/", "..", "~")) and place not in (".", "./")
