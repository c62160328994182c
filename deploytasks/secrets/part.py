"""A part of what a store holds: ``#path`` behind its name."""

from __future__ import annotations

import json
from typing import Any

from deploytasks.secrets.unanswered import Unanswered


def split(rest: str) -> tuple[str, str]:
    """*rest* at its last ``#``: what is asked for, and the part of it."""
    name, _, path = rest.rpartition("#") if "#" in rest else (rest, "", "")
    return name, path


def document(text: str, program: str) -> Any:
    """The JSON that *program* has printed."""
    try:
        return json.loads(text)
    except ValueError:
        raise Unanswered(f"{program} printed something else than JSON") from None


def part_of(content: Any, path: str) -> str:
    """The text at *path* in *content*: names and, in lists, numbers from 0, with dots between; a name may have dots.

    Raises ``Unanswered`` for what is not there, and for what is no text, number or truth value.
    """
    return as_text(_at(content, path.split("."), path), path)


def _at(content: Any, names: list[str], path: str) -> Any:
    if not names:
        return content
    for length in range(len(names), 0, -1):
        found = _member(content, ".".join(names[:length]))
        if found is not MISSING:
            return _at(found, names[length:], path)
    known = ", ".join(map(str, content)) if isinstance(content, dict) else ""
    raise Unanswered(f"has no {path}{f'; there is {known}' if known else ''}")


MISSING = object()


def _member(content: Any, name: str) -> Any:
    if isinstance(content, dict):
        return content.get(name, MISSING)
    if isinstance(content, list) and name.isdecimal() and int(name) < len(content):
        return content[int(name)]
    return MISSING


def as_text(value: Any, path: str) -> str:
    """*value* as a text; raises ``Unanswered`` for what has parts, or is nothing."""
    if isinstance(value, str):
        return value
    if value is None:
        raise Unanswered(f"{path} is nothing")
    if isinstance(value, (dict, list)):
        parts = [f"{path}.{name}" for name in (value if isinstance(value, dict) else range(len(value)))]
        raise Unanswered(f"{path} has parts; name one of them: {', '.join(parts)}")
    return json.dumps(value)
