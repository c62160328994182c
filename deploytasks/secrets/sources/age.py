"""``age:FILE``: a file that age has encrypted, opened with the identity that SOPS would take.

That is the text in ``$SOPS_AGE_KEY``, the file ``$SOPS_AGE_KEY_FILE``, or ``sops/age/keys.txt`` below
``$XDG_CONFIG_HOME``. A file with a passphrase is asked for at the terminal, by age itself.
"""

from __future__ import annotations

import os
from pathlib import Path

from deploytasks.here import expanded
from deploytasks.secrets.program import Program
from deploytasks.secrets.unanswered import Unanswered

TEXT, FILE, SSH_FILE = "SOPS_AGE_KEY", "SOPS_AGE_KEY_FILE", "SOPS_AGE_SSH_PRIVATE_KEY_FILE"
USUAL = "sops/age/keys.txt"


def is_one(rest: str) -> bool:
    """A path."""
    return bool(rest)


def ask(rest: str, program: Program) -> str:
    """All of its text; an identity in the environment is told on standard input, for nobody else to see."""
    file = expanded(rest).absolute()
    if not file.is_file():
        raise Unanswered("there is no such file on this machine", f"paths are taken from {Path.cwd()}")
    if os.environ.get(TEXT):
        return program("age", "--decrypt", "--identity", "-", str(file), stdin=os.environ[TEXT])
    identity = _identity()
    known = ("--identity", str(identity)) if identity else ()
    return program("age", "--decrypt", *known, str(file))


def _identity() -> Path | None:
    for name in (FILE, SSH_FILE):
        if os.environ.get(name):
            return expanded(os.environ[name])
    usual = expanded(os.environ.get("XDG_CONFIG_HOME") or "~/.config") / USUAL
    return usual if usual.is_file() else None


def advice(rest: str) -> str:
    """Have an identity."""
    return f"age needs an identity of {rest}: ${FILE}, ${TEXT} or ~/.config/{USUAL}"
