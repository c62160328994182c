"""``pass:NAME``: the first line of an entry of pass(1), which is its password; ``pass:NAME#FIELD`` a line below it."""

from __future__ import annotations

from deploytasks.secrets.part import split
from deploytasks.secrets.program import Program
from deploytasks.secrets.unanswered import Unanswered


def is_one(rest: str) -> bool:
    """The path of an entry; none begins with a hyphen or a slash."""
    return not rest.startswith(("-", "/")) and bool(split(rest)[0])


def ask(rest: str, program: Program) -> str:
    """The first line, or what follows ``FIELD:`` on a later one."""
    name, field = split(rest)
    password, *lines = program("pass", "show", name).splitlines() or [""]
    if not field:
        return password
    for line in lines:
        key, colon, value = line.partition(":")
        if colon and key.strip() == field:
            return value.strip()
    raise Unanswered(f"the entry {name} has no line {field}: …")


def advice(rest: str) -> str:
    """Show it by hand."""
    return f"pass has to show it here, with gpg's agent unlocked; try: pass show {split(rest)[0]}"
