"""``env:NAME``: a variable of this process's environment, where pipelines put secrets.

The name is of capital letters, digits and ``_`` (POSIX.1, 8.1): ``env:prod`` is an ordinary value, as labels have.
"""

from __future__ import annotations

import os

from deploytasks.agent.regex import regex
from deploytasks.secrets.program import Program
from deploytasks.secrets.unanswered import Unanswered

NAME = regex(r"[A-Z_][A-Z0-9_]*")


def is_one(rest: str) -> bool:
    """A name in capitals."""
    return bool(NAME.fullmatch(rest))


def ask(rest: str, program: Program) -> str:
    """The variable; one that is empty is none: pipelines set what nobody has filled in."""
    del program
    if not os.environ.get(rest):
        raise Unanswered("is empty" if rest in os.environ else "is not set")
    return os.environ[rest]


def advice(rest: str) -> str:
    """Set it."""
    return f"set {rest} where this runs: export {rest}=…, or among the secrets of the pipeline"
