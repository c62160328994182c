"""The tests of templates: jinja2's own, and Ansible's about texts, lists and versions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import zip_longest
from typing import Any

from jinja2.tests import TESTS as THEIRS

from deploytasks.inventory.endless import ending
from deploytasks.inventory.refused import Refused
from deploytasks.spelling import did_you_mean

OPERATORS: dict[str, Callable[[int], bool]] = {
    **dict.fromkeys(("==", "=", "eq"), lambda order: order == 0),
    **dict.fromkeys(("!=", "<>", "ne"), lambda order: order != 0),
    **dict.fromkeys((">", "gt"), lambda order: order > 0),
    **dict.fromkeys((">=", "ge"), lambda order: order >= 0),
    **dict.fromkeys(("<", "lt"), lambda order: order < 0),
    **dict.fromkeys(("<=", "le"), lambda order: order <= 0),
}


def _regex(
    value: Any,
    pattern: str = "",
    ignorecase: bool = False,
    multiline: bool = False,
    match_type: str = "search",
) -> bool:
    flags = (re.IGNORECASE if ignorecase else 0) | (re.MULTILINE if multiline else 0)
    text = str(value)
    return bool(getattr(ending(re.compile(pattern, flags), match_type, [text]), match_type)(text))


def _match(value: Any, pattern: str = "", ignorecase: bool = False, multiline: bool = False) -> bool:
    return _regex(value, pattern, ignorecase, multiline, "match")


def _search(value: Any, pattern: str = "", ignorecase: bool = False, multiline: bool = False) -> bool:
    return _regex(value, pattern, ignorecase, multiline, "search")


def _version(
    value: Any, other: Any, operator: str = "==", strict: Any = None, version_type: Any = None
) -> bool:
    """As Ansible's loose versions: numbers as numbers, words as words."""
    if strict or version_type not in (None, "loose"):
        raise Refused("version: only loose versions are compared; leave strict and version_type out")
    if operator not in OPERATORS:
        raise Refused(
            f'version: "{operator}"; expected one of {", ".join(OPERATORS)}{did_you_mean(operator, OPERATORS)}'
        )
    return OPERATORS[operator](_order(_parts(value), _parts(other)))


def _parts(version: Any) -> list[int | str]:
    found = re.findall(r"\d+|[a-z]+|[^\d.a-z]+", str(version))
    return [int(part) if part.isdigit() else part for part in found]


def _order(left: list[int | str], right: list[int | str]) -> int:
    for mine, theirs in zip_longest(left, right):
        if mine is None or theirs is None:
            return -1 if mine is None else 1
        if type(mine) is not type(theirs):
            raise Refused(f"version: {mine} and {theirs} cannot be compared: one is a number, one a word")
        if mine != theirs:
            return -1 if [mine] < [theirs] else 1
    return 0


def _truthy(value: Any, convert_bool: bool = False) -> bool:
    from deploytasks.inventory.templating.filters import to_bool

    return bool(to_bool(value) if convert_bool else value)


def _falsy(value: Any, convert_bool: bool = False) -> bool:
    return not _truthy(value, convert_bool)


def _subset(value: Iterable[Any], other: Iterable[Any]) -> bool:
    other = list(other)
    return all(item in other for item in value)


def _superset(value: Iterable[Any], other: Iterable[Any]) -> bool:
    return _subset(other, value)


def _contains(value: Any, item: Any) -> bool:
    return item in value


OURS: dict[str, Callable[..., Any]] = {
    "regex": _regex, "match": _match, "search": _search,
    "version": _version, "version_compare": _version,
    "any": any, "all": all, "subset": _subset, "issubset": _subset, "superset": _superset, "issuperset": _superset,
    "contains": _contains, "truthy": _truthy, "falsy": _falsy,
    "nan": lambda value: value != value,  # noqa: PLR0124
}  # fmt: skip

TESTS: dict[str, Any] = {
    **THEIRS,
    **OURS,
    **{f"ansible.builtin.{name}": test for name, test in {**THEIRS, **OURS}.items()},
}
