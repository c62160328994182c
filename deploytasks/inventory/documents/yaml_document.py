"""A YAML document, read node by node so that every key has its line."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from deploytasks.agent.regex import regex
from deploytasks.inventory.concealed import Unsafe
from deploytasks.inventory.documents.branch import NOTHING, Branch
from deploytasks.inventory.refused import Refused
from deploytasks.inventory.value import Value, plain, shortened
from deploytasks.inventory.variable_name import hidden
from deploytasks.inventory.vault.vault import Sealed, Vault

TAG = "tag:yaml.org,2002:"
SCALARS = frozenset(TAG + kind for kind in ("null", "bool", "int", "float", "str", "timestamp"))
NUMBERS = frozenset({TAG + "int", TAG + "float"})
SEQUENCE, MAPPING, TEXT, MERGE, NULL = TAG + "seq", TAG + "map", TAG + "str", TAG + "merge", TAG + "null"
KINDS = {SEQUENCE: "list", MAPPING: "mapping", TEXT: "text", NULL: "nothing"}
UNSAFE = "!unsafe"
VAULT = frozenset({"!vault", "!vault-encrypted"})
MOST_VALUES = 100_000
"""Unless the document has more characters."""
NAMED = regex(r"(?<=alias )'.*'|(?<=anchor )'.*'(?=;)")
"""What PyYAML repeats of the document: a password may begin as an alias does, with ``*``."""
DEEP = regex(r"(?:[\[{]\s*|[-?:]\s+){200}")
"""What nests further than people write; libyaml would go as deep, and end the process."""


def yaml_document(text: str, vault: Vault) -> Branch:
    """What *text* says, with *vault* for what is encrypted in it; raises `Refused` for what is no YAML."""
    try:
        return _document(text, vault)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise Refused(f"no YAML: {error.reason}: character {error.character:#x}", line) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        problem = NAMED.sub("…", error.problem or error.context or "")
        raise Refused(f"no YAML: {problem} at column {column}", line) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise Refused(f"no YAML: {error}", line=1) from error


def _document(text: str, vault: Vault) -> Branch:
    """Read by libyaml, which is ten times as fast; what that refuses by PyYAML itself, whose words are ours."""
    fast = getattr(yaml, "CSafeLoader", None)
    if fast and not DEEP.search(text):
        try:
            return _read(fast(text), len(text), vault)
        except yaml.YAMLError:
            pass
    return _read(yaml.SafeLoader(text), len(text), vault)


def _read(loader: yaml.SafeLoader, length: int, vault: Vault) -> Branch:
    try:
        node = loader.get_single_node()
    finally:
        loader.dispose()
    return NOTHING if node is None else _Branch(_Reader(loader, max(MOST_VALUES, length), vault), node)


class _Branch:
    """A node behind the key *key* in the line *line*."""

    def __init__(self, reader: _Reader, node: yaml.Node, key: str = "", line: int | None = None) -> None:
        self._reader = reader
        self._node = node
        self._key = key
        self.line = line or _line(node)
        self.kind = KINDS.get(node.tag, node.tag.rpartition(":")[2])

    def pairs(self) -> Iterator[tuple[str, Branch]]:
        if not isinstance(self._node, yaml.MappingNode):
            return
        for key, line, node in self._reader.pairs(self._node):
            yield key, _Branch(self._reader, node, key, line)

    def items(self) -> Iterator[Branch]:
        for node in self._node.value if isinstance(self._node, yaml.SequenceNode) else ():
            yield _Branch(self._reader, node)

    def value(self) -> Value:
        return self._reader.value_of(self._key, self._node)


class _Reader:
    """Turns nodes into values, counting them: a few aliases can stand for millions."""

    def __init__(self, loader: yaml.SafeLoader, most: int, vault: Vault) -> None:
        self._vault = vault
        self._loader = loader
        self._values = 0
        self._most = most
        self._merged: dict[int, list[tuple[str, int, yaml.Node]]] = {}

    def value_of(self, key: str, node: yaml.Node) -> Value:
        """What *node* behind *key* says."""
        try:
            return self._value(node)
        except RecursionError:
            raise Refused("no YAML: nested too deep, or in itself; write it flatter", _line(node)) from None
        except Refused as refused:
            raise hidden(key, refused) from refused

    def pairs(self, node: yaml.MappingNode) -> list[tuple[str, int, yaml.Node]]:
        """Keys, their lines and value nodes of a mapping, with what ``<<`` merges in."""
        if id(node) not in self._merged:
            _check_keys(node)
            try:
                self._loader.flatten_mapping(node)
            except yaml.MarkedYAMLError as error:
                raise Refused(f"no YAML: {error.problem}", _line(node)) from error
            merged = {key.value: (key, value) for key, value in node.value}
            self._merged[id(node)] = [(name, _line(key), value) for name, (key, value) in merged.items()]
        return self._merged[id(node)]

    def _value(self, node: yaml.Node) -> Value:
        self._count(node)
        if node.tag == SEQUENCE:
            return [self._value(item) for item in node.value]
        if isinstance(node, yaml.MappingNode) and node.tag == MAPPING:
            return {key: self.value_of(key, value) for key, _, value in self.pairs(node)}
        return self._scalar(node)

    def _scalar(self, node: yaml.Node) -> Value:
        if node.tag == UNSAFE and isinstance(node.value, str):
            return Unsafe(node.value)
        if node.tag in VAULT and isinstance(node.value, str):
            return Sealed(node.value, self._vault)
        if node.tag not in SCALARS:
            raise Refused(f'tag "{node.tag}" is not allowed; expected a plain value', _line(node))
        if node.tag in NUMBERS and ":" in node.value:
            raise Refused(f'"{node.value}" would be read as a number of base 60; quote it', _line(node))
        try:
            return plain(self._loader.construct_object(node))
        except (ValueError, yaml.YAMLError) as error:
            raise Refused(str(error), _line(node)) from error

    def _count(self, node: yaml.Node) -> None:
        self._values += 1
        if self._values > self._most:
            raise Refused(f"its aliases stand for more than {self._most} values; write them out", _line(node))


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
