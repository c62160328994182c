"""A step or handler that could not do its work, and how that is told."""

from __future__ import annotations

from deploytasks.agent.files.blame import what_failed
from deploytasks.agent.resource import StepError

FAILURES = (Exception,)
"""Whatever a resource type raises, ours or a user's, the step has failed and the run is undone."""


class Failed(Exception):
    """The step, or handler, *step* of *role* failed by *error* after *elapsed_s* seconds."""

    def __init__(self, role: str, step: str, error: BaseException, elapsed_s: float) -> None:
        super().__init__(str(error))
        self.role = role
        self.step = step
        self.error = error
        self.reason = reason_of(error)
        self.output = error.output if isinstance(error, StepError) else ""
        self.elapsed_s = round(elapsed_s, 4)


def reason_of(error: BaseException) -> str:
    """*error* in a line for people; with its type when it is nothing that was foreseen."""
    if isinstance(error, StepError):
        return error.reason
    if isinstance(error, OSError):
        return what_failed(error)
    if isinstance(error, ValueError):
        return str(error) or type(error).__name__
    return "%s: %s" % (type(error).__name__, error)
