"""A group: a named set of hosts."""

from __future__ import annotations

from collections.abc import Iterator

from deploytasks.agent.frozen import frozen
from deploytasks.inventory.host import Host


@frozen
class Group:
    """A named set of hosts.

    *hosts* are all of its hosts, those of its children too; *members* are the names listed in itself.
    """

    name: str
    hosts: tuple[Host, ...]
    members: tuple[str, ...]
    children: tuple[str, ...]

    def __iter__(self) -> Iterator[Host]:
        return iter(self.hosts)

    def __len__(self) -> int:
        return len(self.hosts)
