"""``command:…``: what a command line prints, for every store that has no source of its own."""

from __future__ import annotations

from deploytasks.secrets.program import Program
from deploytasks.secrets.unanswered import Unanswered

SHELL = "/bin/sh"


def is_one(rest: str) -> bool:
    """Any command line."""
    return bool(rest)


def ask(rest: str, program: Program) -> str:
    """What the shell's child prints."""
    try:
        return program(SHELL, "-c", rest)
    except Unanswered as error:
        raise Unanswered(str(error).replace(SHELL, "the command", 1)) from None


def advice(rest: str) -> str:
    """Try it by hand."""
    del rest
    return "it has to print the secret alone, and to end with 0; try it in a shell"
