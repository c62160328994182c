"""``web1,web2:2222,`` in the place of a file: hosts without variables."""

from __future__ import annotations

from pathlib import Path

from deploytasks.inventory.draft import UNGROUPED, Draft
from deploytasks.inventory.host_name import expanded
from deploytasks.inventory.origin import Origin
from deploytasks.inventory.problems import Problems


def is_host_list(source: str) -> bool:
    """Whether *source* is names with a comma, and no file that is called so."""
    return "," in source and not Path(source).exists()


def read_host_list(source: str, draft: Draft, problems: Problems) -> None:
    """Take the hosts of *source* into *draft*; a single one has a comma behind it."""
    for pattern in filter(None, map(str.strip, source.split(","))):
        with problems.at(Origin(source, None, "")):
            names, port = expanded(pattern)
            for name in names:
                draft.add_host(name, UNGROUPED, port, Origin(source, None, f"host {name}"))
