"""What is sent: the agent as an archive, and the modules of a user's own resource types."""

from __future__ import annotations

import ast
import inspect
import io
import sys
import zipfile
import zlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploytasks.errors import PlanError
from deploytasks.wordless import without_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploytasks.agent.plan import Plan

EPOCH = (1980, 1, 1, 0, 0, 0)


@lru_cache(maxsize=1)
def agent_archive() -> bytes:
    """The agent as a zip, compressed as one piece (zlib); the same bytes for the same source."""
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo("deploytasks/__init__.py", EPOCH), b"")
        for name, content in _sources(Path(__file__).parent / "agent", "deploytasks/agent"):
            archive.writestr(zipfile.ZipInfo(name, EPOCH), without_words(content.decode("utf-8")).encode())
    return zlib.compress(plain.getvalue(), 9)


def shipped_modules(plan: Plan) -> dict[str, str]:
    """The sources, by module name, of the types in *plan* that are not the agent's own.

    Raises ``PlanError`` for a module that imports more than the standard library and ``deploytasks.agent``.
    """
    things: list[Any] = [step.resource for step in plan.steps]
    things += [handler.action for step in plan.steps for handler in step.handlers]
    names = {type(thing).__module__ for thing in things}
    return {name: _source(name) for name in sorted(names) if not name.startswith("deploytasks.agent.")}


def _sources(folder: Path, path: str) -> Iterator[tuple[str, bytes]]:
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.is_dir() and item.name != "__pycache__":
            yield from _sources(item, f"{path}/{item.name}")
        elif item.name.endswith(".py"):
            yield f"{path}/{item.name}", item.read_bytes()


def _source(module: str) -> str:
    text = inspect.getsource(sys.modules[module])
    for name in _imports(ast.parse(text)):
        if name.split(".")[0] not in sys.stdlib_module_names and not f"{name}.".startswith(
            "deploytasks.agent."
        ):
            raise PlanError(
                f"{module} holds a resource type and imports {name}, which no host has\n"
                "move the type to a module that imports the standard library and deploytasks.agent only"
            )
    return text


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")
