"""Everything that is wrong with an inventory, so that the user hears it at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from deploytasks.errors import InventoryError
from deploytasks.inventory.origin import Origin
from deploytasks.inventory.refused import Refused


class Problems:
    """A growing list of located messages, each told once."""

    def __init__(self) -> None:
        self._messages: dict[str, None] = {}

    def __bool__(self) -> bool:
        return bool(self._messages)

    def add(self, origin: Origin, message: str) -> None:
        """Remember that *message* is true of *origin*."""
        self._messages[f"{origin}: {message}"] = None

    @contextmanager
    def at(self, origin: Origin) -> Iterator[None]:
        """Turn a `Refused` of the block into a problem at *origin*, and go on after the block."""
        try:
            yield
        except Refused as refused:
            self.add(origin if refused.line is None else replace(origin, line=refused.line), str(refused))

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep the messages of an `InventoryError` of the block, and go on after the block."""
        try:
            yield
        except InventoryError as error:
            self._messages[str(error)] = None

    def raise_if_any(self) -> None:
        """Raise one `InventoryError` with a line for each problem."""
        if self._messages:
            raise InventoryError("\n".join(self._messages))
