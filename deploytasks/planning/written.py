"""Values as they are written: their texts, and the variables that templates in them speak of."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from deploytasks.agent.regex import regex
from deploytasks.inventory.origin import has_template

if TYPE_CHECKING:
    from deploytasks.inventory import Value

WORD = regex(r"[A-Za-z_]\w*")


def reached(written: Mapping[str, Value], names: Container[str]) -> list[str]:
    """The variables that the templates in those called *names* speak of, and the templates in these."""
    found = [name for name in written if name in names]
    for name in found:
        words = {word for text in templates_of(written[name]) for word in WORD.findall(text)}
        found += [word for word in written if word in words and word not in found]
    return found


def templates_of(value: Value) -> Iterator[str]:
    """The texts in *value* that are filled in."""
    return (text for _, text in texts_of(value) if has_template(text))


def has_templates(value: Value) -> bool:
    """Whether a text in *value* is filled in."""
    return any(templates_of(value))


def texts_of(value: Value) -> Iterator[tuple[tuple[str, ...], str]]:
    """All texts in *value*, each with the keys that lead there."""
    if isinstance(value, str):
        yield (), value
    for key, item in members(value):
        yield from (((key, *path), text) for path, text in texts_of(item))


def members(value: Value) -> Iterable[tuple[str, Value]]:
    """The parts of *value*, each with its key, or its number from 0."""
    if isinstance(value, Mapping):
        return value.items()
    return ((str(number), item) for number, item in enumerate(value)) if isinstance(value, list) else ()
