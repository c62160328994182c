"""Where a command stands: beside the tasks file, wherever below it was typed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from deploytasks.agent.frozen import frozen

PATHS = ("inventory", "out", "source")
"""The flags that name files."""
INVENTORIES = ("DEPLOYTASKS_INVENTORY", "ANSIBLE_INVENTORY")


@frozen
class Typed:
    """What was typed in *directory*; empty: beside the tasks file."""

    directory: str = ""

    def flags(self, flags: Mapping[str, Any]) -> dict[str, Any]:
        """*flags*, whose paths lead from beside the tasks file to where they led from where they were typed."""
        if not self.directory:
            return dict(flags)
        named = {name: self._path(flags[name]) for name in PATHS if flags.get(name)}
        if not flags.get("inventory"):
            named["inventory"] = self._path(next(filter(None, map(os.environ.get, INVENTORIES)), ""))
        return {**flags, **named, "extra_vars": list(self._extra_vars(flags["extra_vars"]))}

    def _extra_vars(self, given: Iterable[str]) -> Iterator[str]:
        for text in given:
            yield f"@{self._path(text[1:])}" if text.startswith("@") else text

    def _path(self, path: str) -> str:
        return os.path.join(self.directory, path) if path else ""  # noqa: PTH118  as it was typed


@contextmanager
def beside_tasks_file(context: Any) -> Iterator[Typed]:
    """Stand beside the tasks file that Invoke or Fabric found, from where one stands upwards, for *context*."""
    here = os.getcwd()  # noqa: PTH109
    found = getattr(getattr(context, "config", None), "_project_prefix", None)
    if not found or os.path.realpath(found) == os.path.realpath(here):
        yield Typed()
        return
    os.chdir(found)
    try:
        yield Typed(here)
    finally:
        os.chdir(here)
