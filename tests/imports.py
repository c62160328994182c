"""Modules of the package, and the imports among them."""

from __future__ import annotations

import ast
from pathlib import Path

import deploytasks

PACKAGE = Path(deploytasks.__file__).parent


def dotted(path: Path) -> str:
    return ".".join((PACKAGE.name, *path.relative_to(PACKAGE).with_suffix("").parts))


def module_of(path: Path) -> str:
    return dotted(path).removesuffix(".__init__")


def is_for_annotations(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")
