"""A line that is proposed for an inventory."""

from __future__ import annotations

from deploytasks.agent.conversation.visible import visible
from deploytasks.agent.frozen import frozen


@frozen
class Proposal:
    """A *line* for an inventory, why it is there, and whether a person has to take it in first."""

    why: str
    line: str
    is_asked: bool = False

    def __str__(self) -> str:
        return f"# {visible(self.why)}\n{'# ' if self.is_asked else ''}{self.line}"
