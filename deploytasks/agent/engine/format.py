"""The format of what is written down on hosts: a release's plan, a run's journal."""

from __future__ import annotations

from typing import Any, Mapping

from deploytasks.agent.errors import StepError

FORMAT = 1
"""That of this version. What the first versions wrote is without a number, and counts as 1."""


def require_known(document: Mapping[str, Any], what: str) -> None:
    """*document*, which is *what*, is in a format that this version reads; ``StepError`` says what to do otherwise."""
    found = document.get("format", FORMAT)
    if found != FORMAT:
        raise StepError(
            "%s is in format %s, which a later deploytasks wrote; this one reads format %d: "
            "pip install --upgrade deploytasks, and try again; nothing was changed" % (what, found, FORMAT)
        )
