"""What a resource type of one's own is made of; it travels to the host as its module is, so these names stay here."""

from deploytasks.agent.engine.resource import Action, Change, Resource, State
from deploytasks.agent.errors import StepError

__all__ = ["Action", "Change", "Resource", "State", "StepError"]
