"""Whether a run has changed something, would, or tells what differs."""

from __future__ import annotations

from deploytasks.agent.engine.events import Outcome
from deploytasks.agent.frozen import frozen


@frozen
class Mood:
    """The words for a change: of a *step*, of a *host*, of a *count*."""

    step: str
    host: str
    count: str

    def of_step(self, outcome: Outcome) -> str:
        """How a step ended."""
        return self.step if outcome is Outcome.CHANGED else outcome.value

    def of_host(self, outcome: Outcome) -> str:
        """How a host ended."""
        return self.host if outcome is Outcome.CHANGED else outcome.value

    def of_count(self, outcome: Outcome) -> str:
        """What so many steps did."""
        return self.count if outcome is Outcome.CHANGED else outcome.value


DONE = Mood("changed", "changed", "changed")
WOULD = Mood("would", "would change", "would change")
DIFFERS = Mood("differs", "differs", "differ")
