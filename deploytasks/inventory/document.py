"""A variables file: YAML, JSON or TOML with a mapping at the top.

YAML is 1.1, as Ansible reads it (``yes`` is true, ``010`` is 8). Refused, with the line, is what parsers take
for something else than was meant: a key that is there twice, a date, ``22:22`` as a number of base 60.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePath

from deploytasks.inventory.refused import Refused
from deploytasks.inventory.value import Value, plain, shortened
from deploytasks.inventory.variable_name import hidden

VAULT = "$ANSIBLE_VAULT;"
SUFFIXES = (".yml", ".yaml", ".json", ".toml")

Entries = dict[str, tuple[Value, int]]
"""The variables of a document, each with its line."""


def parsed_document(path: str, text: str) -> Entries:
    """The variables in *text*, whose format the suffix of *path* tells; without one it is YAML."""
    if text.startswith(VAULT):
        advice = f"run: ansible-vault decrypt {path}"
        raise Refused(f"encrypted by ansible-vault, which is not supported; {advice}", line=1)
    readers: Mapping[str, Callable[[str], Entries]] = {".json": _json_document, ".toml": _toml_document}
    return readers.get(PurePath(path).suffix, _yaml_document)(text)


def _yaml_document(text: str) -> Entries:
    # PyYAML costs 15 ms of start time, which an inventory without YAML beside it should not pay.
    from deploytasks.inventory.yaml_document import yaml_document

    return yaml_document(text)


def _json_document(text: str) -> Entries:
    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        return _object(pairs, text)

    try:
        document = json.loads(
            text if text.strip() else "{}", object_pairs_hook=unique, parse_constant=_no_number
        )
    except Refused:
        raise
    except json.JSONDecodeError as error:
        raise Refused(f"no JSON: {error.msg.lower()} at column {error.colno}", line=error.lineno) from error
    except (ValueError, RecursionError) as error:
        raise Refused(f"no JSON: {error}", line=1) from error
    if not isinstance(document, dict):
        raise Refused(f"holds a {type(document).__name__}; expected an object at the top", line=1)
    lines = dict(_json_key_lines(text))
    return {key: (_value(key, value, lines[key]), lines[key]) for key, value in document.items()}


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


def _json_key_lines(text: str) -> Iterator[tuple[str, int]]:
    """The keys of the outermost object of valid JSON, with their lines."""
    decoder = json.JSONDecoder()
    between = re.compile(r"[\s{,]*")
    position = _end(between, text, 0)
    while position < len(text) and text[position] == '"':
        line = text.count("\n", 0, position) + 1
        key, position = decoder.raw_decode(text, position)
        yield key, line
        _, position = decoder.raw_decode(text, _end(re.compile(r"\s*:\s*"), text, position))
        position = _end(between, text, position)


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position


def _toml_document(text: str) -> Entries:
    # Few inventories have TOML beside them, and the parser costs start time.
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        raise Refused(f"no TOML: {error}", line=int(place[1]) if place else text.count("\n") + 1) from error
    except (ValueError, RecursionError) as error:
        raise Refused(f"no TOML: {error}", line=1) from error
    lines = {key: _toml_line(text, key) for key in document}
    return {key: (_value(key, value, lines[key]), lines[key]) for key, value in document.items()}


def _toml_line(text: str, key: str) -> int:
    """The first line that looks like *key* at the outermost level."""
    name = rf"""\s*(?:{re.escape(key)}|{re.escape(json.dumps(key))}|'{re.escape(key)}')\s*"""
    assignment, table = re.compile(name + "[.=]"), re.compile(rf"\s*\[\[?{name}[.\]]")
    before_tables = True
    for number, line in enumerate(text.split("\n"), start=1):
        if table.match(line) or (before_tables and assignment.match(line)):
            return number
        before_tables = before_tables and not line.lstrip().startswith("[")
    return 1


def _value(key: str, value: object, line: int) -> Value:
    try:
        return plain(value)
    except Refused as refused:
        raise hidden(key, Refused(f"{key}: {refused}", line)) from refused
