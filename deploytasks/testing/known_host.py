"""A host of which all is known, and which nobody contacts."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from deploytasks.agent.release.facts import Facts
from deploytasks.inventory import Host, Inventory


def host_with(name: str = "host1", facts: Facts | None = None, **variables: Any) -> Host:
    """The host *name* of an inventory that says *variables*.

    Its *facts* are those of a small Debian 12 unless given. Raises ``InventoryError`` as an inventory does.
    """
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        (folder / "inventory.ini").write_text(f"{name}\n", encoding="utf-8")
        (folder / "group_vars").mkdir()
        (folder / "group_vars/all.json").write_text(json.dumps(variables), encoding="utf-8")
        (host,) = Inventory.load(folder / "inventory.ini").hosts
    return replace(host, facts=facts or Facts())
