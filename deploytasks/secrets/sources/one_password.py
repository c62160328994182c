"""``op://VAULT/ITEM/FIELD``: 1Password's own secret references, read by its command line ``op``."""

from __future__ import annotations

from deploytasks.secrets.program import Program

PARTS = (3, 4)
"""Vault, item, perhaps a section, and field."""


def is_one(rest: str) -> bool:
    """At least vault, item and field."""
    parts = rest.removeprefix("//").partition("?")[0].split("/")
    return rest.startswith("//") and len(parts) in PARTS and all(parts)


def ask(rest: str, program: Program) -> str:
    """The field."""
    return program("op", "read", "--no-newline", f"op:{rest}")


def advice(rest: str) -> str:
    """Sign in."""
    del rest
    return "sign in to 1Password: op signin; in a pipeline set OP_SERVICE_ACCOUNT_TOKEN"
