"""``vault:PATH#FIELD``: a field of a secret in HashiCorp Vault, such as ``vault:secret/shop#db_password``.

A secret is read once, however many of its fields are used. ``vault:8200`` is a host with its port and
``vault:v1:…`` a text that Vault has encrypted: ordinary values.
"""

from __future__ import annotations

from deploytasks.agent.regex import regex
from deploytasks.secrets.part import document, part_of, split
from deploytasks.secrets.program import Program
from deploytasks.secrets.unanswered import Unanswered

ENCRYPTED = regex(r"v\d+:.*")


def is_one(rest: str) -> bool:
    """A path below a mount."""
    return not ENCRYPTED.fullmatch(rest) and not rest.startswith(("-", "//")) and "/" in split(rest)[0]


def ask(rest: str, program: Program) -> str:
    """The field; a KV engine of version 2 has it one level deeper than the others."""
    path, field = split(rest)
    if not field:
        raise Unanswered("names no field")
    data = document(program("vault", "kv", "get", "-format=json", path), "vault").get("data") or {}
    is_versioned = isinstance(data.get("data"), dict) and "metadata" in data
    return part_of(data["data"] if is_versioned else data, field)


def advice(rest: str) -> str:
    """Log in."""
    path, field = split(rest)
    if not field:
        return f"write vault:{path}#FIELD; in an INI file's host line in quotes, where # begins a comment"
    return "log in to Vault: vault login; it reads VAULT_ADDR, and in a pipeline VAULT_TOKEN"
