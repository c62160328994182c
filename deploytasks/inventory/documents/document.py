"""A document of variables: YAML, JSON or TOML with a mapping at the top.

YAML is 1.1, as Ansible reads it (``yes`` is true, ``010`` is 8). Refused, with the line, is what parsers take
for something else than was meant: a key that is there twice, a date, ``22:22`` as a number of base 60.
"""

from __future__ import annotations

from pathlib import PurePath

from deploytasks.inventory.documents.branch import NOTHING, Branch
from deploytasks.inventory.refused import Refused
from deploytasks.inventory.value import Value
from deploytasks.inventory.vault.vault import Vault

WITHOUT_PASSWORDS = Vault()
SUFFIXES = (".yml", ".yaml", ".json", ".toml")

Entries = dict[str, tuple[Value, "int | None"]]
"""The variables of a document, each with its line."""


def parsed_document(path: str, text: str, vault: Vault = WITHOUT_PASSWORDS) -> Entries:
    """The variables in *text*, whose format the suffix of *path* tells; without one it is YAML.

    *vault* opens values that are encrypted.
    """
    return {key: (branch.value(), branch.line) for key, branch in document_of(path, text, vault).pairs()}


def document_of(path: str, text: str, vault: Vault = WITHOUT_PASSWORDS) -> Branch:
    """The mapping that *text* is, read as `parsed_document` does."""
    document = _parsed(PurePath(path).suffix, text, vault)
    if document.kind == "nothing":
        return NOTHING
    if document.kind != "mapping":
        raise Refused("holds no mapping; expected key: value lines", document.line)
    return document


def _parsed(suffix: str, text: str, vault: Vault) -> Branch:
    # Parsers cost up to 15 ms of start time, which an inventory without such files should not pay.
    if suffix == ".json":
        from deploytasks.inventory.documents.json_document import json_document

        return json_document(text)
    if suffix == ".toml":
        from deploytasks.inventory.documents.toml_document import toml_document

        return toml_document(text)
    from deploytasks.inventory.documents.yaml_document import yaml_document

    return yaml_document(text, vault)
