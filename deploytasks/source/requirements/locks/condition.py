"""When a locked package is needed: the markers along the paths that lead to it from the app."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from deploytasks.agent.frozen import frozen
from deploytasks.source.requirements.markers import all_of, any_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_MOST_PATHS = 24


class Node(NamedTuple):
    """A locked package, or one of its extras."""

    name: str
    version: str = ""
    extra: str = ""


class Tangled(Exception):
    """The paths to a package are too many for one marker."""


@frozen
class Condition:
    """When something is needed: one of the *paths* holds, each a set of markers that hold together."""

    paths: frozenset[frozenset[str]] = frozenset()

    def after(self, marker: str) -> Condition:
        """When this holds and *marker* (empty: always) does."""
        return Condition(frozenset(path | {marker} if marker else path for path in self.paths))

    def __or__(self, other: Condition) -> Condition:
        """When either holds; a path that another one implies is dropped. Raises ``Tangled``."""
        paths = self.paths | other.paths
        least = frozenset(path for path in paths if not any(shorter < path for shorter in paths))
        if len(least) > _MOST_PATHS:
            raise Tangled
        return Condition(least)

    def __str__(self) -> str:
        """The marker; empty when the condition always holds."""
        if frozenset() in self.paths:
            return ""
        return any_of(sorted(all_of(sorted(path)) for path in self.paths))


ALWAYS = Condition(frozenset({frozenset()}))


def conditions(root: Node, edges: Callable[[Node], Iterable[tuple[Node, str]]]) -> dict[Node, Condition]:
    """When each node that *root* leads to is needed; *edges* gives a node's targets, each with its marker.

    Conditions flow along the edges until none changes. Raises ``Tangled``.
    """
    found: dict[Node, Condition] = defaultdict(Condition, {root: ALWAYS})
    changed = [root]
    while changed:
        node = changed.pop()
        for target, marker in edges(node):
            wider = found[target] | found[node].after(marker)
            if wider != found[target]:
                found[target] = wider
                changed.append(target)
    return found
