"""A setup.cfg or a setup.py: the requirements that it writes down, read without being run."""

from __future__ import annotations

import ast
import configparser
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from deploytasks.errors import SourceError
from deploytasks.source.code.syntax import literal_of, syntax_of
from deploytasks.source.requirements.requirement import Requirement, parse_requirement
from deploytasks.source.text_file import text_in
from deploytasks.source.toml_file import line_of

if TYPE_CHECKING:
    from pathlib import Path

CFG, PY = "setup.cfg", "setup.py"
WORD = "install_requires"
INSTEAD = "run: uv pip compile {name} -o requirements.txt, or name what the app needs in a requirements.txt yourself"


def names_requirements(path: Path) -> bool:
    """Whether *path*, a setup.cfg, says anything of what is required: most are about tools alone."""
    return path.is_file() and WORD in text_in(path, "replace")


def declared_by_setup(path: Path) -> list[Requirement]:
    """What *path*, one of the two, writes down; raises ``SourceError`` for what only a run of it would tell."""
    return _in_cfg(path) if path.name == CFG else _in_py(path)


def _in_cfg(path: Path) -> list[Requirement]:
    said = configparser.ConfigParser(interpolation=None)
    try:
        said.read_string(text_in(path))
    except configparser.Error as error:
        raise SourceError(f"{path}: {error}") from error
    text = said.get("options", WORD, fallback="")
    if text.strip().startswith("file:"):
        raise SourceError(
            f"{line_of(path, WORD)}: {text.strip()}: set app_requirements to the file that it names"
        )
    return [_requirement(path, line) for line in _entries(text)]


def _in_py(path: Path) -> list[Requirement]:
    try:
        tree = syntax_of(text_in(path), str(path))
    except SyntaxError as error:
        raise SourceError(f"{path}:{error.lineno}: {error.msg}") from error
    except ValueError as error:
        raise SourceError(f"{path}: {error}") from error
    found = next(_said(tree), None)
    if found is None:
        raise SourceError(f"{path}: names no {WORD}; {INSTEAD.format(name=path.name)}")
    texts = _written(_value(tree, found))
    if texts is None:
        raise SourceError(
            f"{path}:{found.lineno}: {WORD} is known only to a build; {INSTEAD.format(name=path.name)}"
        )
    return [_requirement(path, line) for line in texts]


def _written(value: ast.expr) -> list[str] | None:
    """The lines that are written there; None for what has to be computed."""
    with suppress(ValueError):
        said = literal_of(value)
        if isinstance(said, str):
            return [*_entries(said)]
        if isinstance(said, (list, tuple)):
            return [*map(str, said)]
    return None


def _said(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == WORD:
            yield node.value


def _value(tree: ast.Module, found: ast.expr) -> ast.expr:
    """*found*, or what the name that it is was given in the same file, once."""
    if not isinstance(found, ast.Name):
        return found
    given = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and any(isinstance(name, ast.Name) and name.id == found.id for name in node.targets)
    ]
    return given[0] if len(given) == 1 else found


def _entries(text: str) -> Iterator[str]:
    lines = (line.partition(" #")[0].strip() for line in text.replace(";\n", "\n").splitlines())
    return (line for line in lines if line and not line.startswith("#"))


def _requirement(path: Path, text: str) -> Requirement:
    try:
        return parse_requirement(text)
    except ValueError as error:
        raise SourceError(f"{line_of(path, text)}: {text}: {error}") from error
