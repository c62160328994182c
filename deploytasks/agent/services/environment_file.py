"""systemd's EnvironmentFile form (systemd.exec(5)): any text but NUL arrives unchanged."""

from __future__ import annotations

import re
from typing import Dict, FrozenSet, Iterable, Mapping

from deploytasks.agent.regex import regex

SPECIAL = regex(r'([\\"`$])')
ASSIGNMENT = regex(r'^([A-Za-z_][A-Za-z0-9_]*)="((?:[^"\\]|\\.)*)"$', re.MULTILINE | re.DOTALL)


SHOWN = "# No secrets: "
"""Before the names of variables whose values everybody may see."""


def encode_env(env: Mapping[str, str], shown: Iterable[str] = ()) -> str:
    """*env* as a file: every value in double quotes, with what is special there escaped.

    A line of it says which of the variables are *shown*: they hold no secrets. Raises ``ValueError`` for a value that
    holds NUL: no environment can.
    """
    for name, value in env.items():
        if "\0" in value:
            raise ValueError("env: the value of %s holds a NUL character, which no environment can" % name)
    names = sorted(set(shown) & set(env))
    head = "%s%s\n" % (SHOWN, " ".join(names)) if names else ""
    return head + "".join('%s="%s"\n' % (name, SPECIAL.sub(r"\\\1", env[name])) for name in sorted(env))


def shown_in(text: str) -> FrozenSet[str]:
    """The names of the variables in the file *text* that hold no secrets."""
    first, _, _ = text.partition("\n")
    return frozenset(first[len(SHOWN) :].split() if first.startswith(SHOWN) else ())


def decode_env(text: str) -> Dict[str, str]:
    """The inverse of ``encode_env``."""
    return {name: re.sub(r"\\(.)", r"\1", value, flags=re.DOTALL) for name, value in ASSIGNMENT.findall(text)}
