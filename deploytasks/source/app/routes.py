"""The paths that an app answers, as far as the text of its modules shows them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from deploytasks.agent.frozen import frozen
from deploytasks.source.app.django import find_django
from deploytasks.source.code.modules import Modules
from deploytasks.source.code.path_text import text_of
from deploytasks.source.code.syntax import nodes_in

ROUTE = {"route", "get", "add_url_rule", "add_route", "add_api_route", "Route"}
JOINS = {"include_router", "register_blueprint", "mount", "Mount"}
"""Functions by which routes of others go below a prefix."""
PREFIX = {"prefix", "url_prefix"}


@frozen
class Routes:
    """The *paths* of an app, those below a prefix behind an ellipsis; *is_whole* unless it may have others."""

    paths: frozenset[str] = frozenset()
    is_whole: bool = True

    @property
    def lacks_front_page(self) -> bool:
        return self.is_whole and bool(self.paths) and "/" not in self.paths


def routes_of(root: Path, paths: Iterable[str]) -> Routes:
    """What the modules *paths* of the source at *root* route."""
    nodes = {path: [*nodes_in(root / path)] for path in paths}
    joined = {name for each in nodes.values() for name in _joined_below(each)}
    found: set[str] = set()
    for path, each in nodes.items():
        is_below = PurePosixPath(path).stem in joined
        found.update(f"…{url}" if is_below else url for url in _routes(each, {*joined, *_with_prefix(each)}))
    return Routes(frozenset(found))


def django_routes(root: Path) -> Routes:
    """What the URLconf of the Django project at *root* routes, where it is a plain list of ``path``."""
    project = find_django(Modules(root))
    found = project and project.modules.lookup(f"{project.text('ROOT_URLCONF')}.urlpatterns")
    entries = found[1].elts if found and isinstance(found[1], ast.List) else []
    urls = [_path_of(entry) for entry in entries]
    return Routes(frozenset(url for url in urls if url), is_whole=bool(urls) and all(urls))


def _path_of(entry: ast.expr) -> str:
    match entry:
        case ast.Call(func=ast.Name(id="path"), args=[ast.Constant(value=str(url)), *_]):
            return f"/{url}"
    return ""


def _joined_below(nodes: Sequence[ast.AST]) -> Iterator[str]:
    """The names of what goes below a prefix: ``users`` of ``include_router(users.router, prefix="/users")``."""
    for node in nodes:
        match node:
            case ast.Call(
                func=ast.Attribute(attr=verb) | ast.Name(id=verb), args=[first, *rest], keywords=keywords
            ) if verb in JOINS and _says_prefix(rest, keywords):
                yield from (name.id for name in ast.walk(first) if isinstance(name, ast.Name))


def _with_prefix(nodes: Sequence[ast.AST]) -> Iterator[str]:
    """The names of routers that have a prefix of their own."""
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(keywords=keywords)):
                if _says_prefix((), keywords):
                    yield name


def _says_prefix(rest: Sequence[ast.expr], keywords: Sequence[ast.keyword]) -> bool:
    """Whether one is given that is not the root; one that is computed is taken for one."""
    said = [one.value for one in keywords if one.arg in PREFIX] or [one for one in rest if text_of(one)]
    return any((text_of(one) or "?").strip("/") != "" for one in said)


def _routes(nodes: Sequence[ast.AST], below: set[str]) -> Iterator[str]:
    for node in nodes:
        match node:
            case ast.Call(func=ast.Attribute(attr=verb, value=ast.Name(id=name)), args=[first, *_]):
                prefix = "…" if name in below else ""
            case ast.Call(func=ast.Name(id=verb), args=[first, *_]):
                prefix = ""
            case _:
                continue
        url = text_of(first) if verb in ROUTE else None
        if url is not None and (url.startswith("/") or not url):
            yield prefix + (url or "/")
