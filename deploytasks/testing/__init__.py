"""What authors of roles and resource types test them with: docs/testing.md."""

from deploytasks.testing.known_host import host_with
from deploytasks.testing.rendering import rendered
from deploytasks.testing.scratch import Carried, Scratch

__all__ = ["Carried", "Scratch", "host_with", "rendered"]
