"""What goes wrong while a host is changed, and how that is told.

::

    Exception            a step that raises any of them has failed, and its run is undone
    ├── ControllerGone   nobody is there who could say what was expected
    ├── Failed           which step or handler failed, by which error
    └── StepError        a reason that was foreseen, in words for people
        ├── Stopped      the controller is gone, or asked to stop
        ├── HeldBack     the other hosts do not go on
        └── CannotUndo   the host is neither as it was nor as it was to be
"""

from __future__ import annotations

import os

FAILURES = (Exception,)
"""Whatever a resource type raises, ours or a user's, the step has failed and the run is undone."""


class ControllerGone(Exception):
    """What was expected never came: standard input ended, or was silent for too long."""


class StepError(Exception):
    """A resource or action could not do its work. *output* is what the failing program said."""

    def __init__(self, reason: str, output: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.output = output


class Stopped(StepError):
    """The controller is gone or asked to stop, and nothing was switched yet."""

    def __init__(self) -> None:
        super().__init__("stopped: the controller asked for it or is gone")


class HeldBack(StepError):
    """The fleet does not go on; the text says why."""


class CannotUndo(StepError):
    """A host is left neither as it was nor as it was to be."""


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


def what_failed(error: OSError) -> str:
    """*error* with the file that could not be changed; of two names the second is the one written to."""
    path = error.filename2 or error.filename
    if not path:
        return str(error) or type(error).__name__
    return "%s: %s" % (os.fsdecode(path) if isinstance(path, bytes) else path, error.strerror)
