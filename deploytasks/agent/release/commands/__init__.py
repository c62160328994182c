"""What a controller can ask of the agent, one command per file.

Each is a function of the session that says its events and returns how it ended; it is imported when it is asked.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Callable

if TYPE_CHECKING:
    from deploytasks.agent.engine.events import Ended
    from deploytasks.agent.release.session import Session


def command(name: str) -> Callable[[Session], Ended]:
    """The command called *name*; raises ``ModuleNotFoundError`` when there is none."""
    found: Callable[[Session], Ended] = getattr(import_module("%s.%s" % (__name__, name)), name)
    return found
