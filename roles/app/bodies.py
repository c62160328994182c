"""Bodies of requests, as an app gets them."""

from __future__ import annotations

import inspect

from deploytasks import resources
from deploytasks.planning.plan import Phase, Step
from deploytasks.roles.app import body

BODY = "deploytasks_body"
"""The module of a release that measures bodies."""


def body_module(place: str) -> Step:
    """The module ``BODY``, in the directory *place* of the release."""
    file = resources.File(f"{place}/{BODY}.py", inspect.getsource(body))
    return Step("write how bodies are measured", file, phase=Phase.PREPARE)
