"""Modules of a user's own resource types, kept with a recorded plan so that it can be carried out again."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType
from typing import Dict


def import_shipped(modules: Dict[str, str]) -> None:
    """Make *modules* (dotted name to source text) importable, where the agent does not bring them itself."""
    for name, source in modules.items():
        if name in sys.modules or _is_importable(name):
            continue
        _ensure_parents(name)
        module = ModuleType(name)
        sys.modules[name] = module
        exec(compile(source, "<%s>" % name, "exec"), module.__dict__)  # noqa: S102


def _is_importable(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ImportError:
        return False


def _ensure_parents(name: str) -> None:
    parent = name.rpartition(".")[0]
    if parent and parent not in sys.modules:
        _ensure_parents(parent)
        package = ModuleType(parent)
        package.__path__ = []
        sys.modules[parent] = package
