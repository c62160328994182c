"""A JSON document, every key with its line."""

from __future__ import annotations

import json
import re

from deploytasks.agent.regex import regex
from deploytasks.inventory.documents.branch import Branch, Path, PlainBranch
from deploytasks.inventory.refused import Refused
from deploytasks.inventory.value import shortened

TOKEN = regex(r'"(?:[^"\\]|\\.)*"(\s*:)?|[{}\[\]\n]')


def json_document(text: str) -> Branch:
    """What *text* says; raises `Refused` for what is no JSON, or has a key twice."""

    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        return _object(pairs, text)

    try:
        content = json.loads(
            text if text.strip() else "{}", object_pairs_hook=unique, parse_constant=_no_number
        )
    except Refused:
        raise
    except json.JSONDecodeError as error:
        raise Refused(f"no JSON: {error.msg.lower()} at column {error.colno}", line=error.lineno) from error
    except (ValueError, RecursionError) as error:
        raise Refused(f"no JSON: {error}", line=1) from error
    if not isinstance(content, dict):
        raise Refused(f"holds a {type(content).__name__}; expected an object at the top", line=1)
    return PlainBranch(content, json_lines(text).get)


def json_lines(text: str) -> dict[Path, int]:
    """The line of each key of valid JSON, by the keys that lead to it; what lies in lists has none."""
    lines: dict[Path, int] = {(): 1}
    above: list[Path | None] = []
    path: Path | None = ()
    line = 1
    for token in TOKEN.finditer(text):
        if token[1]:
            path = None if above[-1] is None else (*above[-1], json.loads(token[0][: -len(token[1])]))
            lines.update({path: line} if path else {})
        elif token[0] in "{[":
            above.append(path if token[0] == "{" else None)
        elif token[0] in "}]":
            path = above.pop()
        line += token[0].count("\n")
    return lines


def _object(pairs: list[tuple[str, object]], text: str) -> dict[str, object]:
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        places = list(re.finditer(re.escape(json.dumps(twice, ensure_ascii=False)) + r"\s*:", text))
        line = text.count("\n", 0, places[-1].start()) + 1 if places else 1
        raise Refused(f"key {shortened(twice)} is there twice; keep one", line=line)
    return mapping


def _no_number(text: str) -> None:
    raise Refused(f"{text} is no finite number; quote it to have it as text")
