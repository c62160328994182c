"""How far a host has come, as a frozen value that each event turns into the next."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from deploytasks.agent.conversation.events import Ended, Event, Outcome, StepDone, StepStarted, StepUndone

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Progress:
    """*phase* is the step at work or the one that ended last; times are seconds of one monotonic clock."""

    phase: str = ""
    counts: Mapping[Outcome, int] = field(default_factory=dict)
    began: float | None = None
    step_began: float | None = None
    ended: float | None = None
    outcome: Outcome | None = None

    @property
    def is_waiting(self) -> bool:
        return self.began is None

    @property
    def is_over(self) -> bool:
        return self.ended is not None

    def elapsed_s(self, now: float) -> float:
        return 0.0 if self.began is None else (now if self.ended is None else self.ended) - self.began

    def step_elapsed_s(self, now: float) -> float | None:
        """How long the step at work takes already; None between two steps."""
        return None if self.step_began is None else now - self.step_began

    def after(self, event: Event, now: float) -> Progress:
        begun = replace(self, began=now) if self.began is None else self
        match event:
            case StepStarted():
                return replace(begun, phase=f"{event.role}: {event.step}", step_began=now)
            case StepDone():
                return begun.with_step(event)
            case StepUndone():
                return replace(begun, phase=f"undoing {event.role}: {event.step}", step_began=None)
            case Ended():
                return replace(begun, outcome=Outcome(event.outcome), step_began=None, ended=now)
            case _:
                return begun

    def with_step(self, done: StepDone) -> Progress:
        outcome = Outcome(done.outcome)
        counts = {**self.counts, outcome: self.counts.get(outcome, 0) + 1}
        return replace(self, phase=f"{done.role}: {done.step}", counts=counts, step_began=None)
