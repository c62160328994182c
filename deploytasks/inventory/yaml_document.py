"""A YAML document, read node by node so that every key has its line."""

from __future__ import annotations

import yaml

from deploytasks.agent.regex import regex
from deploytasks.inventory.refused import Refused
from deploytasks.inventory.value import Value, plain, shortened
from deploytasks.inventory.variable_name import hidden

TAG = "tag:yaml.org,2002:"
SCALARS = frozenset(TAG + kind for kind in ("null", "bool", "int", "float", "str", "timestamp"))
NUMBERS = frozenset({TAG + "int", TAG + "float"})
SEQUENCE, MAPPING, TEXT, MERGE = TAG + "seq", TAG + "map", TAG + "str", TAG + "merge"
UNSAFE = "!unsafe"
MOST_NODES = 100_000
NAMED = regex(r"(?<=alias )'.*'|(?<=anchor )'.*'(?=;)")
"""What PyYAML repeats of the document: a password may begin as an alias does, with ``*``."""


def yaml_document(text: str) -> dict[str, tuple[Value, int]]:
    """The keys of the mapping that *text* is, each with its value and line; an empty document has none."""
    try:
        return _entries(text)
    except Refused:
        raise
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise Refused(f"no YAML: {error.reason}: character {error.character:#x}", line) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        problem = NAMED.sub("…", error.problem or error.context or "")
        raise Refused(f"no YAML: {problem} at column {column}", line) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Refused(f"no YAML: {error}", line=1) from error


def _entries(text: str) -> dict[str, tuple[Value, int]]:
    loader = yaml.SafeLoader(text)
    try:
        return _Reader(loader).entries(loader.get_single_node())
    finally:
        loader.dispose()


class _Reader:
    """Turns nodes into values, counting them: a few aliases can stand for millions."""

    def __init__(self, loader: yaml.SafeLoader) -> None:
        self._loader = loader
        self._nodes = 0
        self._flattened: set[int] = set()

    def entries(self, node: yaml.Node | None) -> dict[str, tuple[Value, int]]:
        """The mapping that *node* is, each value with the line of its key."""
        if node is None or node.tag == TAG + "null":
            return {}
        if not isinstance(node, yaml.MappingNode) or node.tag != MAPPING:
            raise Refused("holds no mapping; expected key: value lines", _line(node))
        return {key: (self._value_of(key, value), line) for key, line, value in self._pairs(node)}

    def _value_of(self, key: str, node: yaml.Node) -> Value:
        try:
            return self._value(node)
        except Refused as refused:
            raise hidden(key, refused) from refused

    def _value(self, node: yaml.Node) -> Value:
        self._count(node)
        if node.tag == SEQUENCE:
            return [self._value(item) for item in node.value]
        if isinstance(node, yaml.MappingNode) and node.tag == MAPPING:
            return {key: self._value_of(key, value) for key, _, value in self._pairs(node)}
        return self._scalar(node)

    def _scalar(self, node: yaml.Node) -> Value:
        if node.tag == UNSAFE and isinstance(node.value, str):
            return node.value  # what Ansible marks as "no template", which nothing here ever is
        if node.tag.startswith("!vault"):
            raise Refused(
                "encrypted by ansible-vault, which is not supported; write the decrypted value", _line(node)
            )
        if node.tag not in SCALARS:
            raise Refused(f'tag "{node.tag}" is not allowed; expected a plain value', _line(node))
        if node.tag in NUMBERS and ":" in node.value:
            raise Refused(f'"{node.value}" would be read as a number of base 60; quote it', _line(node))
        try:
            return plain(self._loader.construct_object(node))
        except ValueError as error:
            raise Refused(str(error), _line(node)) from error

    def _pairs(self, node: yaml.MappingNode) -> list[tuple[str, int, yaml.Node]]:
        """Keys, their lines and value nodes of a mapping, with what ``<<`` merges in."""
        if id(node) not in self._flattened:
            _check_keys(node)
            self._loader.flatten_mapping(node)
            self._flattened.add(id(node))
        merged = {key.value: (key, value) for key, value in node.value}
        return [(name, _line(key), value) for name, (key, value) in merged.items()]

    def _count(self, node: yaml.Node) -> None:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise Refused(f"its aliases stand for more than {MOST_NODES} values; write them out", _line(node))


def _check_keys(mapping: yaml.Node) -> None:
    seen: set[str] = set()
    for key, _ in mapping.value:
        if key.tag not in {MERGE, TEXT}:
            kind = key.tag.rpartition(":")[2]
            what = f"the key {shortened(str(key.value))} is read as {kind}, not as text"
            raise Refused(f"{what}; quote it", _line(key))
        if key.tag == TEXT and key.value in seen:
            raise Refused(f"key {shortened(key.value)} is there twice; keep one", _line(key))
        seen.add(key.value)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
