"""Inventories written on the spot, each in a directory of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from deploytasks.errors import InventoryError
from deploytasks.inventory import Inventory

Files = Mapping[str, str]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Inventory]:
    """Loads ``inventory.ini`` with the given text, and the files beside it, from the current directory."""
    monkeypatch.chdir(tmp_path)

    def write_then_load(text: str, files: Files | None = None) -> Inventory:
        for name, content in {"inventory.ini": text, **(files or {})}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        return Inventory.load("inventory.ini")

    return write_then_load


@pytest.fixture
def complaint(load: Callable[..., Inventory]) -> Callable[..., str]:
    """The message with which an inventory is refused."""

    def refused(text: str, files: Files | None = None) -> str:
        with pytest.raises(InventoryError) as error:
            load(text, files)
        return str(error.value)

    return refused
