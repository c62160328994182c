"""Files that a build has made and a page needs, and that stay here as git ignores them."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from deploytasks.agent.regex import regex
from deploytasks.source.text_file import bytes_in

TEMPLATES = (".html", ".htm", ".jinja", ".jinja2", ".j2")
REFERS = regex(
    r"""filename\s*=\s*['"]([^'"{}]+)['"]|\{%\s*static\s+['"]([^'"{}]+)['"]|(?:src|href)\s*=\s*['"]/?static/([^'"{}?#]+)"""
)
"""As Flask's url_for, Django's static and plain HTML name a file of a directory called static."""
MANIFESTS = ("manifest.json", "asset-manifest.json", "webpack-stats.json")
BUILT = (".js", ".mjs", ".css", ".map")
MOST_FILES = 500
STATIC = "static"


def files_left_behind(root: Path, paths: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each directory with such a file, of which none of *paths* is one, and where in *root* it is referred to.

    *paths* are the files below *root* that travel.
    """
    travels = frozenset(paths)
    found: dict[str, str] = {}
    for where, file in (*_of_templates(root, paths, travels), *_of_manifests(root, paths)):
        if file not in travels and (root / file).is_file():
            found.setdefault(posixpath.dirname(file), where)
    yield from found.items()


def _of_templates(root: Path, paths: Sequence[str], travels: Collection[str]) -> Iterator[tuple[str, str]]:
    directories = {STATIC, *filter(None, map(_static_directory, travels))}
    directories |= {
        posixpath.join(posixpath.dirname(path), STATIC) for path in travels if path.endswith("__init__.py")
    }
    for path in [path for path in paths if path.endswith(TEMPLATES)][:MOST_FILES]:
        text = _text(root / path)
        for match in REFERS.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            name = next(filter(None, match.groups()))
            yield from (
                (f"{path}:{line}", posixpath.normpath(f"{directory}/{name}")) for directory in directories
            )


def _static_directory(path: str) -> str:
    """The directory called static that *path* is in; empty where it is in none."""
    parents = path.split("/")[:-1]
    return "/".join(parents[: parents.index(STATIC) + 1]) if STATIC in parents else ""


def _of_manifests(root: Path, paths: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What a bundler has written of its files; it names them from its own directory, or from one above."""
    for path in paths:
        if posixpath.basename(path) in MANIFESTS:
            base = posixpath.dirname(path)
            for name in _texts(_json(root / path)):
                if name.endswith(BUILT):
                    yield from (
                        (path, posixpath.normpath(posixpath.join(start, name.lstrip("/"))))
                        for start in (base, posixpath.dirname(base))
                    )


def _text(path: Path) -> str:
    """Its text; empty where it cannot be read: a template is no condition of a deploy."""
    try:
        return bytes_in(path).decode("utf-8", "replace")
    except OSError:
        return ""


def _json(path: Path) -> object:
    try:
        return json.loads(bytes_in(path))
    except (OSError, ValueError, RecursionError):
        return None


def _texts(found: object) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict | list):
        for inner in found.values() if isinstance(found, dict) else found:
            yield from _texts(inner)
