"""deploytasks: Invoke and Fabric tasks that take a WSGI app from a laptop to real hosts.

What a library's user needs is here; authors of roles find the resource types in ``deploytasks.resources``,
authors of resource types their base in ``deploytasks.agent.resource``, and ``deploytasks.tasks.ns`` is the
Invoke collection. Importing has no side effects, and needs neither Fabric nor Invoke.
"""

from deploytasks.agent.events import Outcome
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
