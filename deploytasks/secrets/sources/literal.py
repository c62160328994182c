"""``literal:TEXT``: the *TEXT* itself, which would else be taken for a reference."""

from __future__ import annotations

from deploytasks.secrets.program import Program
from deploytasks.secrets.reference import reference_in


def is_one(rest: str) -> bool:
    """Only before what is a reference; any other text that begins with ``literal:`` is an ordinary value."""
    return reference_in(rest) is not None


def ask(rest: str, program: Program) -> str:
    """As it is written."""
    del program
    return rest


def advice(rest: str) -> str:
    """There is always an answer."""
    del rest
    return "write a text behind it"
