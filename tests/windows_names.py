"""What of the standard library Windows lacks, as typeshed tells it, which knows each name's systems."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import mypy

STDLIB = Path(mypy.__file__).parent / "typeshed/stdlib"
LOOKED_AT = (
    *(
        "asyncio",
        "ctypes",
        "errno",
        "fcntl",
        "getpass",
        "grp",
        "locale",
        "mmap",
        "multiprocessing",
        "os",
        "posix",
    ),
    *("pty", "pwd", "readline", "resource", "select", "selectors", "shutil", "signal", "socket", "stat"),
    *("subprocess", "sys", "syslog", "termios", "threading", "time", "tty"),
)


@cache
def lacking(module: str) -> frozenset[str]:
    """The names of *module* that Linux has and Windows has not."""
    return _public(module, "linux") - _public(module, "win32")


@cache
def is_lacking(module: str) -> bool:
    """Whether Windows has nothing of *module*."""
    return bool(_public(module, "linux")) and not _public(module, "win32")


def _public(module: str, platform: str) -> frozenset[str]:
    tree = ast.parse(_stub(module).read_text(encoding="utf-8"))
    return frozenset(name for name in _names(tree.body, platform) if not name.startswith("_"))


def _stub(module: str) -> Path:
    package = STDLIB / module / "__init__.pyi"
    return package if package.exists() else STDLIB / f"{module}.pyi"


def _names(body: list[ast.stmt], platform: str) -> Iterator[str]:
    """What *body* defines; what it imports for its own annotations is no part of it."""
    for node in body:
        if isinstance(node, ast.If):
            yield from _names(node.body if _holds(node.test, platform) else node.orelse, platform)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
        elif isinstance(node, ast.ImportFrom) and node.level:
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("_"):
            yield from (alias.asname for alias in node.names if alias.asname)


def _holds(test: ast.expr, platform: str) -> bool:
    """What a checker makes of *test*, which speaks of nothing but system and version."""
    known = {"platform": platform, "version_info": sys.version_info}
    return bool(eval(compile(ast.Expression(test), "stub", "eval"), {"sys": type("sys", (), known)}))  # noqa: S307
