"""The modules of resource types that travel with the plan that needs them: a user's own, and those of general use."""

from __future__ import annotations

import ast
import inspect
import sys
from typing import TYPE_CHECKING, Any

from deploytasks.delivery.on_demand import sources_on_demand
from deploytasks.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from deploytasks.agent.engine.plan import Plan
    from deploytasks.agent.engine.resource import Action, Resource


def shipped_modules(plan: Plan) -> dict[str, str]:
    """The sources, by module name, of the types in *plan* that are not in the agent's archive, what they need first.

    Raises ``PlanError`` for a module that imports more than the standard library and ``deploytasks.agent``.
    """
    things: list[Any] = [step.resource for step in plan.steps]
    things += [handler.action for step in plan.steps for handler in step.handlers]
    return modules_of(things)


def modules_of(things: Iterable[Resource | Action]) -> dict[str, str]:
    """The same of *things*."""
    names = {type(thing).__module__ for thing in things}
    own = {name: _source(name) for name in sorted(names) if not name.startswith("deploytasks.agent.")}
    return {**sources_on_demand(sorted(names)), **own}


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
