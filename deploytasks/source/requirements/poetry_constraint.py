"""Poetry's ``python = "^3.8"``, as a marker."""

from __future__ import annotations

import re

from deploytasks.agent.regex import regex

_OPERATORS = regex(r"(\^|~=?|===?|!=|<=|>=|<|>)?\s*v?(\d+(?:\.\d+)*)(\.\*)?")


def python_marker(constraint: str) -> str:
    """The marker that holds where a Python satisfies *constraint*; empty for any.

    Semantics: https://python-poetry.org/docs/dependency-specification/#version-constraints
    """
    ranges = [_all_of(part) for part in re.split(r"\|\|?", constraint)]
    return "" if "" in ranges else " or ".join(ranges)


def _all_of(part: str) -> str:
    return " and ".join(clause for match in _OPERATORS.finditer(part) for clause in _clauses(*match.groups()))


def _clauses(operator: str | None, version: str, wildcard: str | None) -> list[str]:
    numbers = [int(number) for number in version.split(".")]
    if operator == "^":
        return [_compare(">=", version), _compare("<", f"{numbers[0] + 1}.0")]
    if operator in {"~", "~="}:
        at = max(len(numbers) - 2, 0) if operator == "~=" else min(len(numbers) - 1, 1)
        above = ".".join(map(str, [*numbers[:at], numbers[at] + 1]))
        return [_compare(">=", version), _compare("<", above)]
    return [_compare(operator or "==", version + (wildcard or ""))]


def _compare(operator: str, version: str) -> str:
    # python_version has two numbers only.
    exact = version.count(".") > 1 or version.endswith("*")
    return f'{"python_full_version" if exact else "python_version"} {operator} "{version}"'
