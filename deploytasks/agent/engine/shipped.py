"""Modules of resource types that came with a plan, kept with it so that it can be carried out again."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Dict

from deploytasks.agent.engine.plan import Plan
from deploytasks.agent.moved import know_old_names

OURS = "deploytasks.agent."
SOURCE = "__shipped_source__"


def import_shipped(modules: Dict[str, str]) -> None:
    """Make *modules* (dotted name to source text) importable, but those that the agent brings itself."""
    if modules:
        know_old_names()
    for name, source in modules.items():
        if not (name.startswith(OURS) and _is_here(name)):
            _ensure_parents(name)
            _import(name, source)


def _is_here(name: str) -> bool:
    from importlib.util import find_spec

    try:
        return name in sys.modules or find_spec(name) is not None
    except ImportError:
        return False


def shipped_sources(plan: Plan) -> Dict[str, str]:
    """The sources of the modules that *plan*'s types were imported from by ``import_shipped``, in that order.

    All of ours that came are among them: one may need another.
    """
    things = [step.resource for step in plan.steps]
    actions = [handler.action for step in plan.steps for handler in step.handlers]
    modules = {type(thing).__module__ for thing in [*things, *actions]}
    found = {name: getattr(module, SOURCE, None) for name, module in list(sys.modules.items())}
    return {
        name: source
        for name, source in found.items()
        if source is not None and (name in modules or name.startswith(OURS))
    }


def _import(name: str, source: str) -> None:
    from importlib.abc import InspectLoader
    from importlib.machinery import ModuleSpec
    from importlib.util import module_from_spec

    class Shipped(InspectLoader):
        """Has the text of one module (importlib.abc)."""

        def get_source(self, _: str) -> str:
            return source

    loader = Shipped()
    module = module_from_spec(ModuleSpec(name, loader, origin="<%s>" % name))
    module.__dict__[SOURCE] = source
    sys.modules[name] = module
    loader.exec_module(module)


def _ensure_parents(name: str) -> None:
    parent = name.rpartition(".")[0]
    if parent and parent not in sys.modules:
        _ensure_parents(parent)
        if parent.startswith(OURS) and _is_here(parent):
            import_module(parent)
            return
        package = ModuleType(parent)
        package.__path__ = []
        sys.modules[parent] = package
