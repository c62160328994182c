"""How often a step is tried, and how long it may take."""

from __future__ import annotations

from typing import Callable, TypeVar

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.plan import Step
from deploytasks.agent.errors import FAILURES, Failed, HeldBack, StepError, Stopped, reason_of

T = TypeVar("T")
FINAL = (Failed, HeldBack, Stopped)
"""What the step is not the reason of: it is neither tried again nor let be."""


def attempted(machine: Machine, step: Step, attempt: Callable[[], T]) -> T:
    """What *attempt* returns, which is made again as often as *step* says; raises what the last one raised."""
    for left in range(step.retries, -1, -1):
        try:
            with machine.within(step.timeout_s):
                return attempt()
        except FINAL:
            raise
        except FAILURES as error:
            if not left:
                raise
            _wait(machine, step, left, error)
    raise StepError("it is to be tried less often than once")


def _wait(machine: Machine, step: Step, left: int, error: BaseException) -> None:
    number = step.retries - left + 1
    told = (step.role, step.name, reason_of(error), step.delay_s, number, step.retries)
    machine.say("%s: %s: %s; again in %g s (%d of %d)" % told)
    machine.wait_until(lambda: False, step.delay_s)
