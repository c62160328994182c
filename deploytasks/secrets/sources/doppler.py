"""``doppler:NAME`` or ``doppler:PROJECT/CONFIG/NAME``: a secret of Doppler."""

from __future__ import annotations

from deploytasks.agent.regex import regex
from deploytasks.secrets.program import Program
from deploytasks.secrets.unanswered import Unanswered

NAME = regex(r"(?:(?P<project>[\w.-]+)/(?P<config>[\w.-]+)/)?(?P<name>[A-Z_][A-Z0-9_]*)")


def is_one(rest: str) -> bool:
    """A name in capitals, as all of Doppler's are."""
    return bool(NAME.fullmatch(rest))


def ask(rest: str, program: Program) -> str:
    """The secret alone: nothing else of its config comes here, and no copy is kept."""
    match = NAME.fullmatch(rest)
    if match is None:
        raise Unanswered("is no name of a secret")
    chosen = ("--project", match["project"], "--config", match["config"]) if match["project"] else ()
    return program("doppler", "secrets", "get", match["name"], "--plain", *chosen)


def advice(rest: str) -> str:
    """Log in."""
    del rest
    return "log in to Doppler: doppler login and doppler setup; in a pipeline set DOPPLER_TOKEN"
