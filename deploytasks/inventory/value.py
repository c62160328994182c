"""The values that a variable can have: those of JSON, as Ansible reads them."""

from __future__ import annotations

import ast
import math
import warnings
from typing import TypeAlias

from deploytasks.agent.regex import regex
from deploytasks.inventory.refused import Refused

Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | None"

VERSION_LIKE = regex(r"\d+\.\d+0")
"""A decimal whose last digit a float forgets: the version 3.10 would become the number 3.1."""


def typed(text: str) -> Value:
    """*text* as ``ansible-inventory`` reads the right side of ``key=value``.

    A Python literal becomes its value (tuples become lists), anything else stays text: ``0644``, ``yes`` and
    ``true`` are text, ``True`` is a truth value, ``'1'`` is the text 1. Raises `Refused` where Ansible would
    crash, lose digits, or answer differently from run to run.
    """
    if VERSION_LIKE.fullmatch(text):
        raise Refused(f"{text} would be read as the number {float(text)}; quote it, or drop the 0")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "\d" in a quoted text is no concern of ours
            literal = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
    except (TypeError, MemoryError, RecursionError) as error:
        raise Refused(f"{shortened(text)} looks like a literal and is none; quote it") from error
    return plain(literal)


def plain(value: object) -> Value:  # noqa: PLR0911  one return for each kind of value
    """*value* with only the types of JSON in it; raises `Refused` for the rest."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return _finite(value)
    if isinstance(value, str):
        return _encodable(value)
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return _only_item(value)
    if isinstance(value, dict):
        return {_text_key(key): plain(item) for key, item in value.items()}
    if value is ...:
        return "..."
    if isinstance(value, complex):
        return str(value)
    raise Refused(f"{value} is read as a {type(value).__name__}; quote it to have it as text")


def shortened(text: str, limit: int = 60) -> str:
    """*text* in quotes for a message, cut after *limit* characters, with control characters escaped."""
    cut = text if len(text) <= limit else text[:limit] + "…"
    return '"' + "".join(char if char.isprintable() else repr(char)[1:-1] for char in cut) + '"'


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise Refused(f"{value} is no finite number; quote it to have it as text")
    return value


def _encodable(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise Refused(f"{value!r} holds half a surrogate pair; expected text") from error
    return value


def _only_item(value: set[object] | frozenset[object]) -> list[Value]:
    """A set as a list; of more than one item the order would differ from run to run."""
    if len(value) > 1:
        raise Refused("{…} is a set, which has no order; write a list: […]")
    return [plain(item) for item in value]


def _text_key(key: object) -> str:
    if not isinstance(key, str):
        raise Refused(f"the key {key} is read as a {type(key).__name__}, not as text; quote it")
    return _encodable(key)
