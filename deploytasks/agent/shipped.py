"""Modules of a user's own resource types, kept with a recorded plan so that it can be carried out again."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Dict


def import_shipped(modules: Dict[str, str]) -> None:
    """Make *modules* (dotted name to source text) importable, but those that the agent brings itself."""
    for name, source in modules.items():
        if name.startswith("deploytasks."):
            continue
        _ensure_parents(name)
        module = ModuleType(name)
        sys.modules[name] = module
        exec(compile(source, "<%s>" % name, "exec"), module.__dict__)  # noqa: S102


def _ensure_parents(name: str) -> None:
    parent = name.rpartition(".")[0]
    if parent and parent not in sys.modules:
        _ensure_parents(parent)
        package = ModuleType(parent)
        package.__path__ = []
        sys.modules[parent] = package
