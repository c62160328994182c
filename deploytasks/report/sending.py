"""How much of what a host lacks has been sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from deploytasks.agent.engine.events import Event


@dataclass(frozen=True)
class Sending(Event):
    """*sent* of *total* bytes; said by the controller itself, and shown while it lasts."""

    event: ClassVar[str] = "sending"
    sent: int
    total: int
