"""What the controller runs, found by its imports, and mypy over it as elsewhere: ``python -m tests.platforms``."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from deploytasks.agent.engine.types import MODULES
from tests.imports import PACKAGE, is_for_annotations, module_of

ROOT = Path(__file__).parents[1]
OTHERS = ("darwin", "win32")
"""Besides Linux, for which all is checked: hosts are."""


def modules() -> dict[str, Path]:
    """All of the package, by name."""
    files = (path for path in PACKAGE.rglob("*.py") if "roles" not in path.relative_to(PACKAGE).parts)
    return {module_of(path): path for path in (*files, *(PACKAGE / "roles").rglob("*.py"))}


def on_the_controller(every: dict[str, Path]) -> set[str]:
    """Those of *every* module that a controller may run.

    That is each but the agent's, the fake host's and the roles' inner ones, the types of resources, which are imported
    by their words, and what these import in turn. A function of the agent acts on a host, and so does what it imports:
    of the agent what stands at the top counts.
    """
    found: set[str] = set()
    waiting = [*MODULES.values(), *(name for name in every if not _is_inner(name))]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _imported(name, every)
    return found


def _is_inner(name: str) -> bool:
    room = name.split(".")[1:]
    return room[:1] in (["agent"], ["testing"]) or (room[:1] == ["roles"] and len(room) > 2)


def _imported(name: str, every: dict[str, Path]) -> Iterator[str]:
    tree = ast.parse(every[name].read_text(encoding="utf-8"))
    for node in _acting(tree, functions=not name.startswith("deploytasks.agent")):
        if isinstance(node, ast.Import):
            yield from (found for alias in node.names for found in _with_rooms(alias.name, every))
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield from _with_rooms(f"{node.module}.{alias.name}", every)


def _acting(node: ast.AST, *, functions: bool) -> Iterator[ast.AST]:
    """What is run of *node*; that of its *functions*, too, if so."""
    if is_for_annotations(node) or (isinstance(node, ast.FunctionDef | ast.Lambda) and not functions):
        return
    yield node
    for inner in ast.iter_child_nodes(node):
        yield from _acting(inner, functions=functions)


def _with_rooms(name: str, every: dict[str, Path]) -> Iterator[str]:
    """The module of *name*, which may be a name in it, and the packages around it."""
    parts = name.split(".")
    names = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return (name for name in names if name in every)


def main() -> int:
    """Let mypy look at all for Linux, and at those for the other systems, at once; for how many it finds fault."""
    chosen = [f"--module={name}" for name in sorted(on_the_controller(modules()))]
    elsewhere = ([*_mypy(platform), "--follow-imports=silent", *chosen] for platform in OTHERS)
    running = [subprocess.Popen(argv, cwd=ROOT) for argv in (_mypy("linux"), *elsewhere)]
    return sum(bool(process.wait()) for process in running)


def _mypy(platform: str) -> list[str]:
    return [sys.executable, "-m", "mypy", f"--platform={platform}", f"--cache-dir=.mypy_cache/{platform}"]


if __name__ == "__main__":
    sys.exit(main())
