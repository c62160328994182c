"""What a template makes, as a value of an inventory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from deploytasks.inventory.concealed import Elsewhere
from deploytasks.inventory.refused import Refused
from deploytasks.inventory.templating.bounds import bounded
from deploytasks.inventory.templating.missing import Missing, NotThere
from deploytasks.inventory.value import Value


class Omitted:
    """``omit``: a place in a list or a mapping that is left out."""


OMITTED = Omitted()


def finished(value: Any) -> Value:
    """*value* with only the types of JSON in it; raises `Refused` for what is no value, and what is not there."""
    if isinstance(value, Missing):
        raise NotThere(value)
    if value is OMITTED:
        raise Refused("omit leaves out an item of a list or a mapping; a variable cannot be left out")
    if isinstance(value, str):
        return str(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Mapping):
        return {_key(key): finished(item) for key, item in value.items() if item is not OMITTED}
    if isinstance(value, (list, tuple, Iterator)):
        return [finished(item) for item in bounded(value) if item is not OMITTED]
    if isinstance(value, (set, frozenset)):
        return sorted(map(finished, value), key=str)
    raise Refused(f"makes a {type(value).__name__}, which is no value{_advice(value)}")


def concatenated(nodes: Iterable[Any]) -> Any:
    """The single node as it is, several as one text, in which what is nothing is empty; of none, nothing."""
    found = list(nodes)
    if not found:
        return None
    if len(found) == 1:
        return found[0]
    for node in found:
        if isinstance(node, Missing):
            return node
    return "".join(_text(node) for node in found if node is not None)


def _text(node: Any) -> str:
    return node.veiled if isinstance(node, Elsewhere) else str(finished(node))


def _key(key: Any) -> str:
    return key if isinstance(key, str) else str(key)


def _advice(value: Any) -> str:
    return "; put | list behind it" if isinstance(value, range) else ""
