"""The phases of a plan: the life of a release, in the order in which every plan is carried out.

Up to and including CONFIRM everything that is reversible can be undone; FINISH is housekeeping
of a deploy that has succeeded.
"""

from __future__ import annotations

from enum import Enum


class Phase(Enum):
    """When in the life of a release a step is due."""

    PROVISION = "provision"
    """The host: packages, users, directories, firewall, web server."""
    PREPARE = "prepare"
    """The release: code, dependencies, environment, configuration."""
    START = "start"
    """The new instance, started on its own socket and asked there."""
    SWITCH = "switch"
    """Traffic goes to the new instance, which is then watched."""
    CONFIRM = "confirm"
    """The new release becomes the one that starts at boot."""
    FINISH = "finish"
    """The old instance drains and ends; old releases are pruned."""

    @property
    def needs_controller(self) -> bool:
        """Whether a run whose controller has gone stops in this phase, and is undone; else it goes on to its end."""
        return self in (Phase.PROVISION, Phase.PREPARE, Phase.START)

    @property
    def begins_with_controller(self) -> bool:
        """The same before its first change."""
        return self.needs_controller or self is Phase.SWITCH

    @property
    def commits(self) -> bool:
        """Whether nothing is undone any more when it has begun."""
        return self is Phase.FINISH
