"""Modules of a user's own resource types, kept with a recorded plan so that it can be carried out again."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Dict

from deploytasks.agent.plan import Plan

SOURCE = "__shipped_source__"


def import_shipped(modules: Dict[str, str]) -> None:
    """Make *modules* (dotted name to source text) importable, but those that the agent brings itself."""
    for name, source in modules.items():
        if name.startswith("deploytasks."):
            continue
        _ensure_parents(name)
        module = ModuleType(name)
        module.__dict__[SOURCE] = source
        sys.modules[name] = module
        exec(compile(source, "<%s>" % name, "exec"), module.__dict__)  # noqa: S102


def shipped_sources(plan: Plan) -> Dict[str, str]:
    """The sources of the modules that *plan*'s types were imported from by ``import_shipped``."""
    things = [step.resource for step in plan.steps]
    actions = [handler.action for step in plan.steps for handler in step.handlers]
    modules = {type(thing).__module__ for thing in [*things, *actions]}
    found = {name: getattr(sys.modules.get(name), SOURCE, None) for name in modules}
    return {name: source for name, source in found.items() if source is not None}


def _ensure_parents(name: str) -> None:
    parent = name.rpartition(".")[0]
    if parent and parent not in sys.modules:
        _ensure_parents(parent)
        package = ModuleType(parent)
        package.__path__ = []
        sys.modules[parent] = package
