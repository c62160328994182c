"""The tree of groups that an inventory in YAML, JSON or TOML is.

Follows ``plugins/inventory/yaml.py`` and ``toml.py`` of ansible-core 2.19; where these warn and pass over
something, it is refused. TOML lists the names of ``children``, where YAML has what stands below them.
"""

from __future__ import annotations

from collections.abc import Iterator

from deploytasks.inventory.documents.branch import NOTHING, Branch
from deploytasks.inventory.draft import Draft, check_group_name
from deploytasks.inventory.host_name import expanded
from deploytasks.inventory.origin import Origin
from deploytasks.inventory.problems import Problems
from deploytasks.inventory.refused import Refused
from deploytasks.inventory.value import shortened
from deploytasks.spelling import did_you_mean

SECTIONS = ("hosts", "children", "vars")


class TreeReader:
    """Reads the file of *origin* into *draft*; what is wrong goes to *problems*."""

    def __init__(self, origin: Origin, draft: Draft, problems: Problems) -> None:
        self._at = origin
        self._draft = draft
        self._problems = problems

    def read(self, document: Branch) -> None:
        """Take in the groups at the top of *document*, and all below them."""
        for name, branch in document.pairs():
            with self._problems.at(self._origin(branch)):
                self._read_group(name, branch)

    def _read_group(self, name: str, branch: Branch) -> None:
        check_group_name(name)
        group = self._draft.add_group(name)
        for section, below in _mapping(branch, f'group "{name}"'):
            with self._problems.at(self._origin(below)):
                if section == "hosts":
                    self._read_hosts(name, below)
                elif section == "children":
                    self._read_children(name, below)
                elif section == "vars":
                    for key, value in _mapping(below, f'vars of "{name}"'):
                        with self._problems.at(self._origin(value)):
                            group.set(key, value.value(), self._origin(value))
                else:
                    raise Refused(_strange(name, section))

    def _read_children(self, parent: str, branch: Branch) -> None:
        for name, below in _children(branch, f'children of "{parent}"'):
            with self._problems.at(self._origin(below)):
                self._read_group(name, below)
                self._draft.add_child(parent, name)

    def _read_hosts(self, group: str, branch: Branch) -> None:
        for pattern, below in _mapping(branch, f'hosts of "{group}"'):
            with self._problems.at(self._origin(below)):
                self._read_host(group, pattern, below)

    def _read_host(self, group: str, pattern: str, branch: Branch) -> None:
        names, port = expanded(pattern)
        variables = [(key, below.value(), below) for key, below in _mapping(branch, f'host "{pattern}"')]
        for name in names:
            host = self._draft.add_host(name, group, port, self._origin(branch, f"host {name}"))
            for key, value, below in variables:
                with self._problems.at(self._origin(below)):
                    host.set(key, value, self._origin(below))

    def _origin(self, branch: Branch, level: str = "") -> Origin:
        return Origin(self._at.file, branch.line, level, is_encrypted=self._at.is_encrypted)


def _mapping(branch: Branch, what: str) -> Iterator[tuple[str, Branch]]:
    """The pairs of a mapping; nothing has none, and a text stands for its own name, as in Ansible."""
    if branch.kind == "mapping":
        yield from branch.pairs()
    elif branch.kind == "text" and what.startswith(("hosts", "children", "vars")):
        yield str(branch.value()), _Named(branch.line)
    elif branch.kind != "nothing":
        raise Refused(f"{what} is a {branch.kind}; expected a mapping: each name with a colon behind it")


def _children(branch: Branch, what: str) -> Iterator[tuple[str, Branch]]:
    """As `_mapping`, or the names of a list, which TOML has there."""
    names = branch.value() if branch.kind == "list" else None
    if not isinstance(names, list):
        yield from _mapping(branch, what)
        return
    for name in names:
        if not isinstance(name, str):
            raise Refused(f"{what}: {name!r} is no text; quote it")
        yield name, _Named(branch.line)


class _Named:
    """Nothing, in a line that names something."""

    kind = "nothing"
    pairs = NOTHING.pairs
    items = NOTHING.items

    def __init__(self, line: int | None) -> None:
        self.line = line

    def value(self) -> None:
        """Nothing."""


def _strange(group: str, section: str) -> str:
    hint = did_you_mean(section, SECTIONS)
    return f'{shortened(section)} in group "{group}" means nothing; expected {", ".join(SECTIONS)}{hint}'
