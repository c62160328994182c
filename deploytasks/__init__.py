"""deploytasks: Invoke and Fabric tasks that take a WSGI app from a laptop to real hosts.

What a library's user needs is here; authors of roles find the resource types in ``deploytasks.resources``,
authors of resource types their base in ``deploytasks.agent.resource``, and ``deploytasks.tasks.ns`` is the
Invoke collection. Importing has no side effects, and needs neither Fabric nor Invoke; what is
behind a name is imported when the name is first used (PEP 562), so ``inv --list`` waits for none of it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deploytasks.agent.engine.events import Outcome
    from deploytasks.agent.engine.phase import Phase
    from deploytasks.agent.engine.plan import Handler, Plan, Step
    from deploytasks.errors import DeployError
    from deploytasks.fleet.answers import Answers, Ran
    from deploytasks.fleet.applying import apply
    from deploytasks.fleet.asking import facts, fetch, inspect, ping, put, run, wait_for
    from deploytasks.fleet.rebooting import reboot
    from deploytasks.fleet.results import Results
    from deploytasks.inventory import Group, Host, Inventory
    from deploytasks.planning.deployment import deployment_of
    from deploytasks.planning.plan import plan_for
    from deploytasks.planning.template import Templates

__version__ = "0.1.0"

__all__ = [
    "Answers",
    "DeployError",
    "Group",
    "Handler",
    "Host",
    "Inventory",
    "Outcome",
    "Phase",
    "Plan",
    "Ran",
    "Results",
    "Step",
    "Templates",
    "apply",
    "deployment_of",
    "facts",
    "fetch",
    "inspect",
    "ping",
    "plan_for",
    "put",
    "reboot",
    "run",
    "wait_for",
]

_HOMES = {
    "Answers": "fleet.answers",
    "DeployError": "errors",
    "Group": "inventory",
    "Handler": "agent.engine.plan",
    "Host": "inventory",
    "Inventory": "inventory",
    "Outcome": "agent.engine.events",
    "Phase": "agent.engine.phase",
    "Plan": "agent.engine.plan",
    "Ran": "fleet.answers",
    "Results": "fleet.results",
    "Step": "agent.engine.plan",
    "Templates": "planning.template",
    "apply": "fleet.applying",
    "deployment_of": "planning.deployment",
    "facts": "fleet.asking",
    "fetch": "fleet.asking",
    "inspect": "fleet.asking",
    "ping": "fleet.asking",
    "plan_for": "planning.plan",
    "put": "fleet.asking",
    "reboot": "fleet.rebooting",
    "run": "fleet.asking",
    "wait_for": "fleet.asking",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return globals()[name]
