"""deploytasks: Invoke and Fabric tasks that take a WSGI app from a laptop to real hosts.

What a library's user needs is here; authors of roles find the resource types in ``deploytasks.resources``,
authors of resource types their base in ``deploytasks.agent.resource``, and ``deploytasks.tasks.ns`` is the
Invoke collection. Importing has no side effects, and needs neither Fabric nor Invoke; what is
behind a name is imported when the name is first used (PEP 562), so ``inv --list`` waits for none of it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deploytasks.agent.conversation.events import Outcome
    from deploytasks.agent.plan import Handler, Phase, Plan, Step
    from deploytasks.errors import DeployError
    from deploytasks.inventory import Group, Host, Inventory
    from deploytasks.plan import plan_for
    from deploytasks.results import Results
    from deploytasks.run import apply
    from deploytasks.template import Templates

__version__ = "0.1.0"

__all__ = [
    "DeployError",
    "Group",
    "Handler",
    "Host",
    "Inventory",
    "Outcome",
    "Phase",
    "Plan",
    "Results",
    "Step",
    "Templates",
    "apply",
    "plan_for",
]

_HOMES = {
    "DeployError": "errors",
    "Group": "inventory",
    "Handler": "agent.plan",
    "Host": "inventory",
    "Inventory": "inventory",
    "Outcome": "agent.conversation.events",
    "Phase": "agent.plan",
    "Plan": "agent.plan",
    "Results": "results",
    "Step": "agent.plan",
    "Templates": "template",
    "apply": "run",
    "plan_for": "plan",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return globals()[name]
