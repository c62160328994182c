"""How much a template may do: one that makes a terabyte out of a line is no inventory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from typing import Any

from deploytasks.inventory.refused import Refused

MOST_STEPS = 200_000
"""Turns of loops, and calls, of one template."""
LARGEST = 10_000_000
"""Characters, or items, of one value."""
LONGEST_NUMBER = 10_000
"""Bits."""
GROWING = frozenset(
    {
        "center",
        "expandtabs",
        "format",
        "format_map",
        "join",
        "ljust",
        "replace",
        "rjust",
        "translate",
        "zfill",
    }
)
"""Methods of texts that may make much of little."""


REPEATING = frozenset({"indent", "replace", "wordwrap"})
"""Filters that may put one of their arguments in many places."""
WIDE = frozenset({"batch", "center", "slice"})
"""Filters that fill up to a number."""


class Budget:
    """What is left to one template."""

    def __init__(self, steps: int = MOST_STEPS) -> None:
        self._steps = steps

    def step(self) -> None:
        """Take one step; raises `Refused` when there have been too many."""
        self._steps -= 1
        if self._steps < 0:
            raise Refused(f"takes more than {MOST_STEPS} steps; write the value itself")

    def counted(self, items: Iterable[Any]) -> Iterator[Any]:
        """*items*, each a step."""
        for item in items:
            self.step()
            yield item


def check_operation(operator: str, left: Any, right: Any) -> None:
    """Refuse ``'x' * 10**9`` and ``9**9**9`` before they are done."""
    if operator == "**" and _is_number(left) and _is_number(right):
        _check_bits(abs(right) * max(1, int(abs(left)).bit_length()))
    elif operator == "*" and not (_is_number(left) and _is_number(right)):
        _check_size(_size(left) * _size(right))
    elif operator == "*":
        _check_bits(int(abs(left)).bit_length() + int(abs(right)).bit_length())
    elif operator == "+":
        _check_size(_size(left) + _size(right) if isinstance(left, Sized) else 0)
    elif operator == "%" and isinstance(left, str):
        check_call("format", left, (right,), {})


def check_filter(name: str, given: Sequence[Any]) -> None:
    """Refuse a filter that would make more of *given*, what it is applied to first, than fits."""
    text, *arguments = given or ("",)
    if name in REPEATING:
        _check_size(_size(text) * max([1, *map(_size, arguments)]))
    elif name == "join":
        _check_size(sum(_joined_size(str(one), text) for one in arguments if isinstance(one, str)))
    elif name in WIDE:
        _check_size(sum(map(_size, arguments)))
    elif name == "format":
        check_call("format", str(text), arguments, {})


def check_call(name: str, text: str, given: Iterable[Any], named: Mapping[str, Any]) -> None:
    """Refuse a method of *text* that would make more than fits."""
    arguments = [*given, *named.values()]
    if name == "join":
        _check_size(sum(_joined_size(text, one) for one in arguments))
    elif name == "replace":
        _check_size(_size(text) * max([1, *map(_size, arguments)]))
    elif name in GROWING:
        widths = _widths_in(text) if name in {"format", "format_map"} else []
        _check_size(_size(text) + sum(map(_size, arguments)) + sum(widths))


def _joined_size(text: str, items: Any) -> int:
    sizes = [_size(item) for item in items] if isinstance(items, (list, tuple, str)) else []
    return sum(sizes) + len(text) * len(sizes)


def check_result(value: Any) -> Any:
    """*value*, unless it is larger than an inventory's values are."""
    if isinstance(value, Sized):
        _check_size(len(value))
    return value


def bounded(items: Iterable[Any]) -> list[Any]:
    """All of *items*, which must come to an end."""
    found = []
    for item in items:
        found.append(item)
        if len(found) > MOST_STEPS:
            raise Refused(f"makes more than {MOST_STEPS} items; write the value itself")
    return found


def _widths_in(text: str) -> list[int]:
    digits = "".join(char if char in "0123456789" else " " for char in text).split()
    return [int(number[:20]) for number in digits]


def _size(value: Any) -> int:
    if _is_number(value):
        return max(0, int(value)) if value == value and abs(value) < float("inf") else 0  # noqa: PLR0124
    return len(value) if isinstance(value, Sized) else 1


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float))


def _check_size(size: int) -> None:
    if size > LARGEST:
        raise Refused(f"makes more than {LARGEST} characters or items; write the value itself")


def _check_bits(bits: float) -> None:
    if bits > LONGEST_NUMBER:
        raise Refused(f"makes a number of more than {LONGEST_NUMBER} bits; write the value itself")
