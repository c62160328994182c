"""``bw:ITEM``: the password of an item in Bitwarden, by name or id; ``bw:ITEM#FIELD`` another of its fields."""

from __future__ import annotations

from typing import Any

from deploytasks.secrets.part import as_text, document, split
from deploytasks.secrets.program import Program
from deploytasks.secrets.unanswered import Unanswered

OF_LOGIN = ("username", "password")


def is_one(rest: str) -> bool:
    """The name or the id of an item."""
    return not rest.startswith("-") and bool(split(rest)[0])


def ask(rest: str, program: Program) -> str:
    """The field of the item; of several with the same name, the first."""
    name, field = split(rest)
    item = document(program("bw", "get", "item", name, "--nointeraction"), "bw")
    return _field(item, field or "password")


def _field(item: dict[str, Any], name: str) -> str:
    own = {str(field.get("name")): field.get("value") for field in reversed(item.get("fields") or [])}
    login = item.get("login") or {}
    known = {**own, "notes": item.get("notes"), **{key: login.get(key) for key in OF_LOGIN}}
    if known.get(name) is None:
        there = ", ".join(key for key in known if known[key] is not None)
        raise Unanswered(f"the item has no {name}; it has {there or 'nothing'}")
    return as_text(known[name], name)


def advice(rest: str) -> str:
    """Unlock it."""
    del rest
    return 'log in to Bitwarden and unlock it: bw login, then export BW_SESSION="$(bw unlock --raw)"'
