"""Where a command stands: beside the tasks file, wherever below it was typed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from deploytasks.agent.frozen import frozen

PATHS = ("out", "source")
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
        inventory = [self._source(source) for source in sources(flags["inventory"])]
        vault_id = [self._password(text) for text in self._passwords(flags["vault_id"])]
        return {
            **flags,
            "vault_id": vault_id,
            **named,
            "inventory": inventory,
            "extra_vars": list(self._extra_vars(flags["extra_vars"])),
        }

    def _passwords(self, given: Iterable[str]) -> list[str]:
        from deploytasks.inventory.vault.password import named_in

        return list(given) or named_in(os.environ)

    def _password(self, text: str) -> str:
        """*text*, whose file is looked for from where it was typed."""
        vault_id, at, source = text.rpartition("@")
        return text if source.startswith(("prompt", "~")) else f"{vault_id}{at}{self._path(source)}"

    def _source(self, source: str) -> str:
        from deploytasks.inventory.sources.host_list import is_host_list

        path = self._path(source)
        return source if is_host_list(path) else path

    def _extra_vars(self, given: Iterable[str]) -> Iterator[str]:
        for text in given:
            yield f"@{self._path(text[1:])}" if text.startswith("@") else text

    def _path(self, path: str) -> str:
        return os.path.join(self.directory, path) if path else ""  # noqa: PTH118  as it was typed


def sources(given: str | Iterable[str]) -> list[str]:
    """The sources of the inventory that were *given*, else those that the environment names."""
    named = [given] if isinstance(given, str) else list(given)
    if any(named):
        return [source for source in named if source]
    return several(next(filter(None, map(os.environ.get, INVENTORIES)), ""))


def several(named: str) -> list[str]:
    """*named*, or the files in it that commas separate, as Ansible's configuration has them."""
    parts = [part.strip() for part in named.split(",")]
    return parts if all(map(os.path.exists, parts)) else [named] if named else []


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
