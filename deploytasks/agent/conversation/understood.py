"""What a controller says is followed, or it is told that nobody says so."""

from __future__ import annotations

import zlib
from contextlib import contextmanager
from typing import Iterator

from deploytasks.agent.errors import StepError

NONSENSE = (LookupError, TypeError, ValueError, AttributeError, ImportError, SyntaxError, zlib.error)
"""What a document raises that is not of the form that is expected."""


@contextmanager
def understood() -> Iterator[None]:
    """Before anything is changed: what is not understood is a ``StepError``."""
    try:
        yield
    except NONSENSE as error:
        raise StepError("what the controller says is not understood: %r; nothing was done" % error) from error
