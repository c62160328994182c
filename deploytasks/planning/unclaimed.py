"""Variables that no role takes: a misspelt one is an error, any other is told."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from deploytasks.errors import VariableError
from deploytasks.inventory.connection import KNOWN as CONNECTION
from deploytasks.planning.deployment import module_of
from deploytasks.planning.role import role_name, variable_name
from deploytasks.planning.standard import words_of_parts
from deploytasks.planning.written import reached

if TYPE_CHECKING:
    from deploytasks.inventory import Host
    from deploytasks.planning.role import Role

OF_THE_CONNECTION = "ansible_"
LETTERS_OFF = 2
LONG = 10
SHORT_WORD = 3
"""Of names that begin with so short a word, and of short ones, any two are alike: ``api_port``, ``app_port``."""
MOST_TOLD = 5


def unclaimed(host: Host, roles: Sequence[Role]) -> tuple[str, ...]:
    """A note of the variables of *host* that none of *roles*, or of ours, takes, and no template in these.

    Raises ``VariableError`` for those that are one or two letters away from a variable that there is.
    """
    names = [*words_of_parts(), *map(role_name, roles)]
    owners = tuple(f"{name}_" for name in names)
    known = {variable_name(role, field) for role in roles for field in dataclasses.fields(role.Vars)}
    taken = {*reached(host.written, {*known, *CONNECTION})}
    left = [
        name
        for name in host.variables
        if name not in known and name not in taken and not name.startswith((OF_THE_CONNECTION, *owners))
    ]
    problems = [problem for name in left for problem in _misspelt(host, name, names, known)]
    if problems:
        raise VariableError("\n".join(problems))
    return (_note(host, left),) if left else ()


def _note(host: Host, names: Sequence[str]) -> str:
    files = ", ".join(dict.fromkeys(origin.file for name in names if (origin := host.origin(name))))
    more = f" and {len(names) - MOST_TOLD} more" if len(names) > MOST_TOLD else ""
    return f"{files or host.name}: no role here takes {', '.join(names[:MOST_TOLD])}{more}"


def _misspelt(host: Host, name: str, owners: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    """What *name* was meant for: one of the *known*, or a variable of a role that its first word nearly names."""
    nearly = [owner for owner in owners if distance(_first_words(name, owner), owner) <= LETTERS_OFF]
    roles = map(_imported, nearly)
    others = {variable_name(role, field) for role in roles for field in dataclasses.fields(role.Vars)}
    meant = [one for one in (*others, *known) if _is_near(name, one)]
    if meant:
        nearest = min(meant, key=lambda one: (distance(name, one), one))
        place = host.origin(name) or host.name
        yield f'{place}: no role takes {name}; did you mean "{nearest}"?'


def _imported(name: str) -> Role:
    role: Role = import_module(module_of(name))
    return role


def _first_words(name: str, owner: str) -> str:
    """As many words of *name* as *owner* has."""
    return "_".join(name.split("_")[: owner.count("_") + 1])


def _is_near(word: str, other: str) -> bool:
    is_short = len(other) < LONG or len(other.partition("_")[0]) <= SHORT_WORD
    most = 1 if is_short else LETTERS_OFF
    return word != other and abs(len(word) - len(other)) <= most and distance(word, other) <= most


def distance(word: str, other: str) -> int:
    """How many letters were left out, added, or exchanged with their neighbour; another letter in its place is two."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(word, 1):
        last, before, row = before, row, [i]
        for j, match in enumerate(other, 1):
            cost = before[j - 1] if letter == match else min(before[j], row[j - 1]) + 1
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == match:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
