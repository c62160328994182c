"""The exception between the parts of the inventory; users see the `InventoryError` that it becomes."""

from __future__ import annotations


class Refused(ValueError):
    """What is wrong with a piece of input; whoever catches it knows where that piece stands.

    *line* is set when the piece spans lines and one of them is to blame.
    """

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line
