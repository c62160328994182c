"""What a resource type of one's own is given; it travels to the host as its module is, so these names stay here."""

from deploytasks.agent.engine.machine import ENVIRONMENT, Completed, Machine
from deploytasks.agent.errors import Stopped

__all__ = ["ENVIRONMENT", "Completed", "Machine", "Stopped"]
