"""systemd's EnvironmentFile form (systemd.exec(5)): any text but NUL arrives unchanged."""

from __future__ import annotations

import re
from typing import Dict, Mapping

SPECIAL = re.compile(r'([\\"`$])')
ASSIGNMENT = re.compile(r'^([A-Za-z_][A-Za-z0-9_]*)="((?:[^"\\]|\\.)*)"$', re.MULTILINE | re.DOTALL)


def encode_env(env: Mapping[str, str]) -> str:
    """*env* as a file: every value in double quotes, with what is special there escaped.

    Raises ``ValueError`` for a value that holds NUL: no environment can.
    """
    for name, value in env.items():
        if "\0" in value:
            raise ValueError("env: the value of %s holds a NUL character, which no environment can" % name)
    return "".join('%s="%s"\n' % (name, SPECIAL.sub(r"\\\1", env[name])) for name in sorted(env))


def decode_env(text: str) -> Dict[str, str]:
    """The inverse of ``encode_env``."""
    return {name: re.sub(r"\\(.)", r"\1", value, flags=re.DOTALL) for name, value in ASSIGNMENT.findall(text)}
