"""How far a host has come, as a frozen value that each event turns into the next."""

from __future__ import annotations

from dataclasses import field, replace
from typing import TYPE_CHECKING

from deploytasks.agent.engine.events import Ended, Event, Outcome, StepDone, StepStarted, StepUndone
from deploytasks.agent.frozen import frozen
from deploytasks.report.measure import size
from deploytasks.report.sending import Sending

if TYPE_CHECKING:
    from collections.abc import Mapping

SENDING = "sending"


@frozen
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
            case Sending():
                return begun.sending(event, now)
            case StepUndone():
                return replace(begun, phase=f"undoing {event.role}: {event.step}", step_began=None)
            case Ended():
                return replace(begun, outcome=Outcome(event.outcome), step_began=None, ended=now)
            case _:
                return begun

    def sending(self, event: Sending, now: float) -> Progress:
        """The bytes and their rate, which is counted from the first that was told."""
        began = self.step_began if self.step_began is not None and self.phase.startswith(SENDING) else now
        rate = f", {size(round(event.sent / (now - began)))}/s" if now - began > 1 else ""
        phase = f"{SENDING} {size(event.sent)} of {size(event.total)}{rate}"
        return replace(self, phase=phase, step_began=began)

    def with_step(self, done: StepDone) -> Progress:
        outcome = Outcome(done.outcome)
        counts = {**self.counts, outcome: self.counts.get(outcome, 0) + 1}
        return replace(self, phase=f"{done.role}: {done.step}", counts=counts, step_began=None)
