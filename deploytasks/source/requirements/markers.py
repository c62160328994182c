"""Environment markers (PEP 508), handled as text: checked, and freed of extras."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deploytasks.agent.regex import regex

if TYPE_CHECKING:
    from collections.abc import Collection

_VARIABLE = (
    "python_version|python_full_version|os_name|sys_platform|platform_release|platform_system|platform_version"
    "|platform_machine|platform_python_implementation|implementation_name|implementation_version|extra"
)
_VALUE = rf"(?:{_VARIABLE}|'[^']*'|\"[^\"]*\")"
_ATOM = regex(rf"{_VALUE}\s*(?:===|==|~=|!=|<=|>=|<|>|\bnot\s+in\b|\bin\b)\s*{_VALUE}")
_SKELETON = regex(r"(\(*\0\)*( (and|or) \(*\0\)*)*)")
_EXTRA = regex(r"extra\s*==\s*(?:'([^']*)'|\"([^\"]*)\")")
_CHOICE = regex(r"('[^']*'|\"[^\"]*\")\s+(not\s+)?in\s+(extras|dependency_groups)\b")
_TRUE, _FALSE = 'python_version >= "0"', 'python_version < "0"'


def is_marker(text: str) -> bool:
    """Whether *text* has the form of a marker."""
    skeleton = " ".join(_ATOM.sub("\0", text).replace("(", " ( ").replace(")", " ) ").split())
    skeleton = skeleton.replace("( ", "(").replace(" )", ")")
    return skeleton.count("(") == skeleton.count(")") and bool(_SKELETON.fullmatch(skeleton))


def with_extras(marker: str, extras: Collection[str] = ()) -> str | None:
    """*marker* where exactly these extras are wanted; None when it can never hold."""
    wanted = {extra.lower().replace("_", "-") for extra in extras}

    def answer(match: re.Match[str]) -> str:
        return _TRUE if (match[1] or match[2]).lower().replace("_", "-") in wanted else _FALSE

    settled = _EXTRA.sub(answer, marker)
    if not (_TRUE in settled or _FALSE in settled) or " or " in settled or "(" in settled:
        return settled
    clauses = [clause for clause in settled.split(" and ") if clause.strip() != _TRUE]
    return None if _FALSE in map(str.strip, clauses) else " and ".join(clauses)


def where_chosen(marker: str, groups: Collection[str] = ()) -> str | None:
    """*marker* of a lock (PEP 751) where no extras and these *groups* are chosen; None when it can never hold."""

    def answer(match: re.Match[str]) -> str:
        chosen = match[3] == "dependency_groups" and match[1][1:-1] in groups
        return _TRUE if chosen is not bool(match[2]) else _FALSE

    return with_extras(_CHOICE.sub(answer, marker))


def all_of(markers: Collection[str]) -> str:
    """The marker that holds where all of *markers* do."""
    return _joined(markers, " and ", " or ")


def any_of(markers: Collection[str]) -> str:
    """The marker that holds where one of *markers* does."""
    return _joined(markers, " or ", " and ")


def _joined(markers: Collection[str], by: str, other: str) -> str:
    nested = len(markers) > 1
    return by.join(f"({marker})" if nested and other in marker else marker for marker in markers)
